"""One organisation at crm on a real database: what conversations tells of it, and its people over HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
from recado_events import conversations as told_by
from recado_events.identity import Alias
from recado_events.ids import ConversationId, CustomerId, OrganisationId, PhoneNumberId, ProfileId, UserId

from tests.harness.on_database import ServiceOnDatabase, token, told

NUMBER = PhoneNumberId("106540352242922")


class Office:
    """Two agents whose profile may view and reply; `administrator` and `agent` are headers."""

    def __init__(self, service: ServiceOnDatabase, client: httpx.AsyncClient) -> None:
        self.service = service
        self.client = client
        self.organisation = OrganisationId(uuid4())
        self.profile = ProfileId(uuid4())
        self.agents = [UserId(uuid4()), UserId(uuid4())]
        self.administrator_id = UserId(uuid4())
        self.administrator = token("administrator", self.organisation, self.administrator_id)
        self.granted("view_reply", "all")
        self.active(*self.agents)

    def agent(self, index: int = 0) -> dict[str, str]:
        return token("member", self.organisation, self.agents[index], self.profile)

    # What conversations tells ----------------------------------------------------------------------------

    def hears(self, *events: Any) -> None:
        self.service.hears(*[told(event) for event in events])

    def granted(self, level: str, scope: str) -> None:
        grant = told_by.ProfileGranted(
            organisation_id=self.organisation,
            profile_id=self.profile,
            level=level,
            scope=scope,
            granted_by=self.administrator_id,
            granted_at=datetime.now(UTC),
        )
        self.hears(grant)

    def active(self, *users: UserId, active: bool = True) -> None:
        for user in users:
            who: Any = {"organisation_id": self.organisation, "user_id": user}
            by, at = self.administrator_id, datetime.now(UTC)
            if active:
                self.hears(told_by.UserActivated(**who, activated_by=by, activated_at=at))
            else:
                self.hears(told_by.UserDeactivated(**who, deactivated_by=by, deactivated_at=at))

    def role(self, user: UserId, role: str, profile: ProfileId | None = None) -> None:
        """It is theirs from now on; a member gets this office's profile, or another one."""
        by, at = self.administrator_id, datetime.now(UTC)
        profile = (profile or self.profile) if role == "member" else None
        who: Any = {"organisation_id": self.organisation, "user_id": user, "profile_id": profile}
        self.hears(told_by.UserRoleAssigned(**who, role=role, assigned_by=by, assigned_at=at))

    def customer(
        self,
        *aliases: str | Alias,
        name: str | None = "João",
        owner: UserId | None = None,
        username: str | None = None,
    ) -> CustomerId:
        """Somebody writes for the first time and their conversation is assigned."""
        customer_id = CustomerId(uuid4())
        known = [Alias(kind="wa_id", value=a) if isinstance(a, str) else a for a in aliases or ("5511987654321",)]
        identity = told_by.Identity(aliases=tuple(known), profile_name=name, username=username)
        place, now = self.place(customer_id), datetime.now(UTC)
        talk: Any = {**place, "conversation_id": ConversationId(uuid4())}
        self.hears(
            told_by.CustomerIdentified(**place, identified_at=now, personal=identity),
            told_by.ConversationOpened(**talk, initiated_by="customer", opened_at=now),
            told_by.ConversationAssigned(**talk, user_id=owner or self.agents[0], how="rota", assigned_at=now),
        )
        return customer_id

    def place(self, customer_id: CustomerId, at: PhoneNumberId = NUMBER) -> Any:
        return {"organisation_id": self.organisation, "phone_number_id": at, "customer_id": customer_id}

    # What people do and see --------------------------------------------------------------------------------

    async def asks(
        self, method: str, path: str, body: Any = None, who: dict[str, str] | None = None, key: str | None = None
    ) -> httpx.Response:
        headers = {**(who or self.administrator), **({} if key is None else {"Idempotency-Key": key})}
        return await self.client.request(method, path, json=body, headers=headers)

    async def does(
        self, method: str, path: str, body: Any = None, who: dict[str, str] | None = None, key: str | None = None
    ) -> httpx.Response:
        answer = await self.asks(method, path, body, who, key)
        assert answer.is_success, answer.text
        return answer

    async def made(self, path: str, body: Any, named: str, who: dict[str, str] | None = None) -> str:
        """The id of what a POST makes."""
        return str((await self.does("POST", path, body, who)).json()[named])

    async def sees(self, path: str, who: dict[str, str] | None = None, query: Mapping[str, str] | None = None) -> Any:
        """With everything shown that has happened until now."""
        await self.service.shown()
        answer = await self.client.get(path, params=query, headers=who or self.administrator)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def listed(self, who: dict[str, str] | None = None, **query: str) -> list[Any]:
        items: list[Any] = (await self.sees("/contacts", who, query))["items"]
        return items

    async def found(self, search: str, who: dict[str, str] | None = None) -> set[str | None]:
        """The names a search finds."""
        return {contact["name"] for contact in await self.listed(who, search=search)}

    async def contact(self) -> UUID:
        """The id of the only contact."""
        (contact,) = await self.listed()
        return UUID(contact["contact_id"])
