"""A gateway that moves files: what customers sent and what agents send, between Meta and a folder."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

import httpx
from gateway.adapters.dispatcher.mover import Mover
from gateway.application.fetching import Fetching
from gateway.application.moving import Moving
from recado_chassis.files import Files, FilesUnavailable, Stored, key_of
from recado_chassis.files.folder import Folder
from recado_events.content import Content, Media, OutgoingMedia
from recado_events.conversations import MessageReceived, Received
from recado_events.ids import ConversationId, MessageId
from recado_events.media import OfMedia

from tests.gateway.stage import NUMBER, WABA, Stage, customer_of
from tests.samples import JPEG
from tests.simulator.client import Simulator

TO = "5511987650001"


class Hiccup(Folder):
    """Refuses the first time."""

    def __init__(self, folder: Path, error: Exception | None = None) -> None:
        super().__init__(folder)
        self._error: Exception | None = error or FilesUnavailable("once")

    def put(self, key: str, content: IO[bytes], size: int) -> Stored:
        self._refuse()
        return super().put(key, content, size)

    def read(self, key: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        self._refuse()
        return super().read(key, start, length)

    def _refuse(self) -> None:
        if (error := self._error) is not None:
            self._error = None
            raise error


class PostRoom(Stage):
    def __init__(self, dsn: str, meta: Simulator, folder: Path, **told: Any) -> None:
        super().__init__(dsn, meta, files_folder=str(folder), **told)
        self.folder = folder
        self.files: Files = Folder(folder)

    async def at_meta(self, content: bytes = JPEG, mime_type: str = "image/jpeg") -> str:
        """Meta has this file of a customer; answers its id."""
        token = await self.meta.mint_token([WABA])
        async with httpx.AsyncClient(base_url=self.graph_url, headers={"Authorization": f"Bearer {token}"}) as client:
            form = {"messaging_product": "whatsapp", "type": mime_type}
            answer = await client.post(f"/v25.0/{NUMBER}/media", data=form, files={"file": ("x", content, mime_type)})
            answer.raise_for_status()
            return str(answer.json()["id"])

    def announced(self, content: Content, **changed: Any) -> MessageReceived:
        now = self.clock.now()
        values = {
            "organisation_id": self.organisation,
            "phone_number_id": NUMBER,
            "customer_id": customer_of(TO),
            "conversation_id": ConversationId(uuid4()),
            "message_id": MessageId(uuid4()),
            "kind": content.kind,
            "occurred_at": now,
            "received_at": now,
            "personal": Received(wamid=f"wamid.{uuid4().hex}", content=content),
        }
        return MessageReceived.model_validate({**values, **changed})

    def receives(self, media_id: str, content: bytes | None = JPEG, **members: Any) -> MessageId:
        """Conversations tells of a customer's file; `content` is what its hash is told of."""
        told = None if content is None else base64.b64encode(hashlib.sha256(content).digest()).decode()
        members = {"kind": "image", "mime_type": "image/jpeg", "sha256": told, **members}
        event = self.announced(Media(media_id=media_id, **members))
        self.hears(event)
        return event.message_id

    def file(self, content: bytes = JPEG, **changed: Any) -> OutgoingMedia:
        """A file of the business, kept."""
        digest = hashlib.sha256(content).hexdigest()
        key = key_of(self.organisation, digest)
        if changed.pop("kept", True):
            self.files.put(key, io.BytesIO(content), len(content))
        values = {"kind": "image", "key": key, "sha256": digest, "size": len(content), "mime_type": "image/jpeg"}
        return OutgoingMedia.model_validate({**values, "filename": "foto.jpg", **changed})

    @property
    def mover(self) -> Mover:
        (mover,) = self.on_database.service.apart["media"]
        assert isinstance(mover, Mover)
        return mover

    @property
    def moving(self) -> Moving:
        return self.mover._moving

    @property
    def fetching(self) -> Fetching:
        return self.moving.fetching

    def fetches_once(self) -> list[str]:
        """One attempt at everything that is due; what came of each."""
        return [self.fetching.fetch(waiting) for waiting in self.fetching.take(10)]

    @asynccontextmanager
    async def moving_files(self) -> AsyncIterator[None]:
        running = asyncio.create_task(self.mover.run())
        try:
            yield
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running

    def of_media(self, message: MessageId) -> list[Any]:
        return [fact for fact in self.facts(OfMedia) if fact.message_id == message]

    def names_of(self, message: MessageId) -> list[str]:
        return [type(fact).__name__ for fact in self.of_media(message)]
