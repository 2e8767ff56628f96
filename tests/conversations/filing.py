"""An office whose files lie in a folder: agents put them aside, customers send them, the gateway fetches them."""

from __future__ import annotations

import base64
import hashlib
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
from recado_chassis.files import key_of
from recado_chassis.files.folder import Folder
from recado_events.content import OutgoingMedia
from recado_events.conversations import MessageReceived
from recado_events.ids import PhoneNumberId
from recado_events.inbound import InboundType
from recado_events.media import MediaLost, MediaStored

from tests.conversations.office import NUMBER, Office
from tests.harness.on_database import told
from tests.samples import JPEG

CUSTOMER = "5511987654321"


class FilingOffice(Office):
    """An office whose files lie in a folder."""

    folder: Folder

    @classmethod
    def of(cls, office: Office) -> FilingOffice:
        """The same organisation, with its folder."""
        filing = cls(office.service, office.client)
        filing.__dict__.update(office.__dict__)
        filing.folder = Folder(Path(office.service.options["files_folder"]))
        return filing

    def kept(self, content: bytes = JPEG) -> str:
        key = key_of(self.organisation, hashlib.sha256(content).hexdigest())
        return self.folder.put(key, io.BytesIO(content), len(content)).key

    async def talk(self) -> UUID:
        self.customer_writes()
        page = await self.sees("/conversations")
        return UUID(page["items"][0]["conversation_id"])

    async def uploads(
        self,
        talk: UUID,
        content: Any = JPEG,
        name: str = "foto.jpg",
        mime_type: str = "image/jpeg",
        who: dict[str, str] | None = None,
        key: str | None = None,
    ) -> httpx.Response:
        headers = {"Content-Type": mime_type, **(who or self.agent()), **({"Idempotency-Key": key} if key else {})}
        path = f"/conversations/{talk}/attachments"
        return await self.client.post(path, params={"filename": name}, content=content, headers=headers)

    async def sends_file(self, talk: UUID, attachment_id: str, **more: Any) -> OutgoingMedia:
        released = await self.sends(talk, type="attachment", attachment_id=attachment_id, **more)
        assert released.personal is not None
        assert isinstance(released.personal.content, OutgoingMedia)
        return released.personal.content

    async def customer_sends(self, content: bytes = JPEG, **members: Any) -> UUID:
        """An image of the customer, which the gateway has not fetched yet."""
        told_hash = base64.b64encode(hashlib.sha256(content).digest()).decode()
        update = {
            "from": CUSTOMER,
            "id": f"wamid.{uuid4().hex}",
            "timestamp": str(int(datetime.now(UTC).timestamp())),
            "type": "image",
            "image": {"id": "1", "mime_type": "image/jpeg", "sha256": told_hash, "caption": "Oi", **members},
        }
        contacts = [{"profile": {"name": "João"}, "wa_id": CUSTOMER}]
        self.service.receives(InboundType.MESSAGE, self.organisation, self.inbound(update, contacts))
        received: MessageReceived = self.service.facts(MessageReceived)[-1]
        return received.message_id

    def fetched(self, message: UUID, content: bytes = JPEG, **changed: Any) -> None:
        """The gateway has it."""
        key, digest = self.kept(content), hashlib.sha256(content).hexdigest()
        values = {"file_key": key, "sha256": digest, "size": len(content), "mime_type": "image/jpeg", "attempts": 1}
        self.service.hears(told(MediaStored(**self._of(message), stored_at=datetime.now(UTC), **{**values, **changed})))

    def lost(self, message: UUID) -> None:
        lost = MediaLost(**self._of(message), reason="gone", attempts=5, lost_at=datetime.now(UTC))
        self.service.hears(told(lost))

    def _of(self, message: UUID) -> dict[str, Any]:
        (received,) = [fact for fact in self.service.facts(MessageReceived) if fact.message_id == message]
        return {
            "organisation_id": self.organisation,
            "phone_number_id": PhoneNumberId(NUMBER),
            "customer_id": received.customer_id,
            "message_id": message,
        }

    async def shown(self, talk: UUID, message: UUID) -> Any:
        page = await self.sees(f"/conversations/{talk}/messages")
        return next(each for each in page["items"] if each["message_id"] == str(message))

    async def gets(self, path: str, who: dict[str, str] | None = None, **headers: str) -> httpx.Response:
        await self.service.shown()
        return await self.client.get(path, headers={**(who or self.administrator), **headers})


async def puts_aside_for_replies(
    office: Office,
    content: bytes = JPEG,
    name: str = "foto.jpg",
    mime_type: str = "image/jpeg",
    headers: dict[str, str] | None = None,
) -> httpx.Response:
    """Of the organisation, for quick replies: in no conversation."""
    told = {"Content-Type": mime_type, **(headers or office.administrator)}
    path = "/quick-replies/attachments"
    return await office.client.post(path, params={"filename": name}, content=content, headers=told)
