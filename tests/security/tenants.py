"""Organisations beside the seeded one: tokens as the identity provider would make them, and a channel of their own."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID, uuid4

import httpx
import jwt

from tests.journeys.world import World, until
from tests.simulator.bodies import Line
from tests.simulator.connections import direct_client

JSON = {"Content-Type": "application/json"}


def claims(role: str, organisation: UUID | None = None, user: UUID | None = None, **others: Any) -> dict[str, Any]:
    """Of a good token; a claim given as None is left out."""
    now = int(time.time())
    standard = {
        "iss": "recado",
        "aud": "recado",
        "sub": str(user or uuid4()),
        "role": role,
        "iat": now,
        "exp": now + 3600,
        "organisation_id": None if organisation is None else str(organisation),
    }
    return {name: value for name, value in (standard | others).items() if value is not None}


@dataclass(frozen=True)
class Tenant:
    """An organisation that is not the seeded one. Every test takes one of its own."""

    world: World
    organisation: UUID
    user: UUID

    @classmethod
    def new(cls, world: World) -> Tenant:
        return cls(world, uuid4(), uuid4())

    @cached_property
    def administrator(self) -> str:
        return self.token("administrator")

    def token(self, role: str, user: UUID | None = None, **others: Any) -> str:
        """Of somebody of this organisation; operators and services belong to none."""
        organisation = None if role in {"operator", "service"} else self.organisation
        return signed(self.world, claims(role, organisation, user or self.user, **others))

    async def asks(
        self, method: str, service: str, path: str, body: Any = None, *, token: str | None = None, key: str = ""
    ) -> httpx.Response:
        """As its administrator, unless another token is given."""
        headers = {
            "Authorization": f"Bearer {token or self.administrator}",
            "Idempotency-Key": key or secrets.token_hex(8),
        }
        url = f"{self.world.endpoints[service]}{path}"
        async with direct_client(timeout=30) as http:
            return await http.request(method, url, json=body, headers=headers)

    async def does(self, method: str, service: str, path: str, body: Any = None, **how: Any) -> Any:
        answer = await self.asks(method, service, path, body, **how)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    async def connect(self) -> Line:
        """A number of its own, with its administrator in the rota."""
        meta = self.world.meta
        waba = await meta.create_waba()
        number = await meta.create_phone_number(
            waba.id, f"+1 555-{secrets.randbelow(900) + 100}-0{secrets.randbelow(900) + 100}"
        )
        await self.register()
        await until(lambda: self._connected(waba.id, number.id), "the gateway has heard of the edition")
        await self.does("PUT", "gateway", f"/channels/{number.id}/details", {"name": "Balcão"})
        await self.does("PUT", "conversations", f"/users/{self.user}", {"name": "Rita", "role": "administrator"})

        async def has_rota() -> bool:
            rota = {"members": [str(self.user)]}
            return (await self.asks("PUT", "conversations", f"/channels/{number.id}/rota", rota)).is_success

        await until(has_rota, "conversations has heard of the channel")
        return Line(waba.id, number.id)

    async def register(self, edition: str = "premier") -> None:
        """The platform's operator does."""
        registered = {"name": "Balcão", "locale": "pt-BR", "edition": edition}
        path = f"/organisations/{self.organisation}"
        await self.does("PUT", "billing", path, registered, token=self.token("operator"))

    async def _connected(self, waba_id: str, number_id: str) -> bool:
        """With a code of its own each time: a refusal may have used it."""
        code = await self.world.meta.mint_code(waba_id, number_id)
        body = {"waba_id": waba_id, "phone_number_id": number_id, "code": code, "pin": "123456"}
        answer = await self.asks("POST", "gateway", "/channels", body)
        assert answer.is_success or answer.status_code == 403, answer.text
        return answer.is_success

    async def talks(self) -> list[Any]:
        items: list[Any] = (await self.does("GET", "conversations", "/conversations?limit=100"))["items"]
        return items


def signed(world: World, given: dict[str, Any], headers: dict[str, Any] | None = None) -> str:
    """With the key that the services trust."""
    key = world.launcher.secrets.jwt_private_key
    return jwt.encode(given, key, algorithm="ES256", headers=headers)
