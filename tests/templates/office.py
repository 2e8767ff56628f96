"""One organisation at templates on a real database: its people over HTTP, what the gateway and Meta say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
from recado_events import conversations as team
from recado_events import gateway
from recado_events.event import Event
from recado_events.ids import OrganisationId, PhoneNumberId, ProfileId, UserId, WabaId
from recado_events.inbound import InboundType
from recado_events.meta_templates import TemplateRequestRefused, TemplateRequestTaken
from recado_events.templates import TemplateDeletionRequested, TemplateSubmitted

from tests.harness.on_database import ServiceOnDatabase, token, told

NUMBER = PhoneNumberId("106540352242922")
WABA = WabaId("102290129340398")
META_ID = "1689556908129832"
FORM: dict[str, Any] = {
    "name": "order_ready",
    "language": "en_US",
    "category": "UTILITY",
    "body": "Hello #{contact.first_name}, your order is ready.",
    "footer": "Aurora Bakery",
    "buttons": [{"kind": "quick_reply", "text": "On my way"}],
    "fields": [{"name": "contact.first_name", "sample": "Maria", "fallback": "there"}],
}


class Office:
    """`administrator` and `member` are headers; the member's profile may only look at first."""

    def __init__(self, service: ServiceOnDatabase, client: httpx.AsyncClient) -> None:
        self.service = service
        self.client = client
        self.organisation = OrganisationId(uuid4())
        self.administrator_id = UserId(uuid4())
        self.profile = ProfileId(uuid4())
        self.administrator = token("administrator", self.organisation, self.administrator_id)
        self.member = token("member", self.organisation, profile_id=self.profile)
        self.connected()

    # What others tell ----------------------------------------------------------------------------------------

    def hears(self, *events: Event) -> None:
        self.service.hears(*[told(event) for event in events])

    def connected(self, waba: WabaId = WABA, number: PhoneNumberId = NUMBER) -> None:
        self.hears(
            gateway.ChannelConnected(
                organisation_id=self.organisation,
                phone_number_id=number,
                waba_id=waba,
                name="Front desk",
                connected_by=self.administrator_id,
                connected_at=datetime.now(UTC),
            )
        )

    def granted(self, level: str = "view_only") -> None:
        self.hears(
            team.ProfileGranted(
                organisation_id=self.organisation,
                profile_id=self.profile,
                level=level,
                scope="all",
                granted_by=self.administrator_id,
                granted_at=datetime.now(UTC),
            )
        )

    def withdrawn(self) -> None:
        at: Any = {"organisation_id": self.organisation, "profile_id": self.profile}
        by: Any = {"withdrawn_by": self.administrator_id, "withdrawn_at": datetime.now(UTC)}
        self.hears(team.ProfileGrantWithdrawn(**at, **by))

    def role(self, user: UserId, role: str) -> None:
        who: Any = {"organisation_id": self.organisation, "user_id": user, "role": role}
        self.hears(team.UserRoleAssigned(**who, assigned_by=self.administrator_id, assigned_at=datetime.now(UTC)))

    def takes(self, status: str | None = "PENDING", **changed: Any) -> None:
        """The gateway brings the last request to Meta."""
        values = {"meta_template_id": META_ID, "category": "UTILITY", "evidence": "answer", **changed}
        now = datetime.now(UTC)
        self.hears(TemplateRequestTaken(**self._request(), status=status, asked_at=now, taken_at=now, **values))

    def refuses(self, reason: str, **changed: Any) -> None:
        at = datetime.now(UTC)
        self.hears(TemplateRequestRefused(**self._request(), reason=reason, refused_at=at, **changed))

    def _request(self) -> Any:
        asked = [f for f in self.service.facts() if isinstance(f, TemplateSubmitted | TemplateDeletionRequested)][-1]
        return {name: getattr(asked, name) for name in ("organisation_id", "waba_id", "template_id", "request_id")}

    def webhook(self, field: str, **value: Any) -> None:
        now = datetime.now(UTC)
        update = {
            "message_template_id": int(META_ID),
            "message_template_name": "order_ready",
            "message_template_language": "en-US",
            **value,
        }
        body = {
            "organisation_id": str(self.organisation),
            "waba_id": WABA,
            "field": field,
            "entry_time": int(now.timestamp()) + 1,
            "received_at": int((now.timestamp() + 2) * 1_000_000),
            "update": update,
        }
        self.service.receives(InboundType.FIELD, self.organisation, body)

    def status(self, event: str, **value: Any) -> None:
        self.webhook("message_template_status_update", event=event, **value)

    # What people do and see ------------------------------------------------------------------------------------

    async def asks(
        self, method: str, path: str, body: Any = None, who: dict[str, str] | None = None, key: str | None = ""
    ) -> httpx.Response:
        """Each with a key of its own, unless one is given; None sends none."""
        keys = {} if key is None else {"Idempotency-Key": key or str(uuid4())}
        return await self.client.request(method, path, json=body, headers={**(who or self.administrator), **keys})

    async def does(self, method: str, path: str, body: Any = None, who: dict[str, str] | None = None) -> Any:
        answer = await self.asks(method, path, body, who)
        assert answer.is_success, answer.text
        return answer.json()

    async def makes(self, **changed: Any) -> UUID:
        """A template, submitted unless it is to stay a draft."""
        made = await self.does("POST", "/templates", {"waba_id": WABA, **FORM, **changed})
        return UUID(made["template_id"])

    async def sees(self, path: str, who: dict[str, str] | None = None, query: Mapping[str, str] | None = None) -> Any:
        """With everything shown that has happened until now."""
        await self.service.shown()
        answer = await self.client.get(path, params=query, headers=who or self.administrator)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def listed(self, **query: str) -> list[str]:
        """The names a list shows."""
        return [item["name"] for item in (await self.sees("/templates", query=query))["items"]]
