"""One organisation at conversations on a real database: its people over HTTP, its customers through Meta."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
from recado_events import crm, gateway, templates
from recado_events.conversations import MessageReleased
from recado_events.identity import Alias
from recado_events.ids import ContactId, OrganisationId, PhoneNumberId, TemplateId, UserId, WabaId
from recado_events.inbound import InboundType

from tests.conversations.business import FORM
from tests.harness.on_database import ServiceOnDatabase, token, told

NUMBER = "106540352242922"
WABA = WabaId("102290129340398")
TEMPLATE, CONTACT = TemplateId(uuid4()), ContactId(uuid4())


class Office:
    """One organisation with an administrator and two agents, and its HTTP clients."""

    def __init__(self, service: ServiceOnDatabase, client: httpx.AsyncClient) -> None:
        self.service = service
        self.client = client
        self.organisation = OrganisationId(uuid4())
        self.profile = uuid4()
        self.agents = [uuid4(), uuid4()]
        self.administrator = token("administrator", self.organisation)

    def may_write_first(self) -> None:
        """Its channel is connected, a template approved, Maria a contact."""
        now, org = datetime.now(UTC), self.organisation
        channel = gateway.ChannelConnectionStarted(
            organisation_id=org,
            phone_number_id=PhoneNumberId(NUMBER),
            waba_id=WABA,
            country="BR",
            time_zone="America/Sao_Paulo",
            started_by=UserId(uuid4()),
            started_at=now,
        )
        of: Any = {"organisation_id": org, "waba_id": WABA, "template_id": TEMPLATE}
        approved = templates.TemplateApproved(
            **of, meta_template_id="1", form=FORM, category="UTILITY", approved_at=now
        )
        details = crm.ContactDetails(name="Maria Silva", aliases=(Alias(kind="wa_id", value="5511912345678"),))
        contact = crm.ContactCreated(
            organisation_id=org, contact_id=CONTACT, origin="person", created_at=now, personal=details
        )
        for event in (channel, approved, contact):
            self.service.hears(told(event))

    def agent(self, index: int = 0) -> dict[str, str]:
        return token("member", self.organisation, self.agents[index], self.profile)

    async def open(self) -> None:
        await self.does("PUT", f"/profiles/{self.profile}/grant", {"level": "view_reply", "scope": "all"})
        for index, agent in enumerate(self.agents):
            body = {"name": f"Agent {index}", "role": "member", "profile_id": str(self.profile)}
            await self.does("PUT", f"/users/{agent}", body)
        await self.does("PUT", f"/channels/{NUMBER}/rota", {"members": [str(agent) for agent in self.agents]})

    async def does(
        self, method: str, path: str, body: Any = None, who: dict[str, str] | None = None, **headers: str
    ) -> Any:
        answer = await self.client.request(method, path, json=body, headers={**(who or self.administrator), **headers})
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    async def sees(self, path: str, who: dict[str, str] | None = None) -> Any:
        await self.service.shown()
        answer = await self.client.get(path, headers=who or self.administrator)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def customer_writes(self, text: str = "Olá!", wamid: str | None = None, wa_id: str = "5511987654321") -> None:
        at = datetime.now(UTC)
        update = {
            "from": wa_id,
            "id": wamid or f"wamid.{uuid4().hex}",
            "timestamp": str(int(at.timestamp())),
            "type": "text",
            "text": {"body": text},
        }
        self.service.receives(
            InboundType.MESSAGE,
            self.organisation,
            self.inbound(update, [{"profile": {"name": "João"}, "wa_id": wa_id}]),
        )

    def customers_write(self, count: int) -> None:
        """Each for the first time, all in one batch."""
        at = str(int(datetime.now(UTC).timestamp()))
        text = {"type": "text", "text": {"body": "Olá!"}, "timestamp": at}
        updates = [{"from": f"55119{index:08d}", "id": f"wamid.{uuid4().hex}", **text} for index in range(count)]
        self.service.receives(InboundType.MESSAGE, self.organisation, *map(self.inbound, updates))

    def meta_tells(self, kind: InboundType, **update: Any) -> None:
        at = str(int(datetime.now(UTC).timestamp()))
        self.service.receives(kind, self.organisation, self.inbound({"timestamp": at, **update}))

    def accepted(self, released: MessageReleased, wamid: str) -> None:
        """The gateway tells that Meta took it."""
        accepted = gateway.MessageAccepted(
            **self._dispatch(released),
            evidence="answer",
            accepted_at=datetime.now(UTC),
            personal=gateway.AcceptedAt(wamid=wamid, wa_id="5511987654321"),
        )
        self.service.hears(told(accepted))

    def rejected(self, released: MessageReleased, code: int = 131047) -> None:
        rejected = gateway.MessageRejected(
            **self._dispatch(released), reason="graph", meta_code=code, rejected_at=datetime.now(UTC)
        )
        self.service.hears(told(rejected))

    def _dispatch(self, released: MessageReleased) -> dict[str, Any]:
        return {
            "organisation_id": self.organisation,
            "phone_number_id": PhoneNumberId(NUMBER),
            "customer_id": released.customer_id,
            "message_id": released.message_id,
            "attempt": 1,
        }

    async def sends(self, conversation_id: Any, **body: Any) -> MessageReleased:
        path, key = f"/conversations/{conversation_id}/messages", {"Idempotency-Key": str(uuid4())}
        await self.does("POST", path, body, self.agent(), **key)
        released: MessageReleased = self.service.facts(MessageReleased)[-1]
        return released

    def inbound(self, update: Any, contacts: list[Any] | None = None) -> dict[str, Any]:
        return {
            "organisation_id": str(self.organisation),
            "waba_id": "1",
            "phone_number_id": NUMBER,
            "field": "messages",
            "received_at": int(datetime.now(UTC).timestamp() * 1_000_000),
            "contacts": contacts or [],
            "update": update,
        }
