"""Meta's side of the running system: bodies for a number, signed and posted, and what became of them."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.journeys.world import Json, Told, World, until
from tests.simulator import bodies
from tests.simulator.bodies import Line, Person
from tests.simulator.connections import direct_client
from tests.simulator.signing import JsonObject, meta_json, signed_headers

INBOUND, QUARANTINE = "recado.inbound.v1", "recado.quarantine.v1"


def somebody(name: str = "", **members: Any) -> Person:
    """A customer who has not written before, with a name that nobody else has."""
    wa_id = f"55119{secrets.randbelow(10**8):08d}"
    return Person(**{"wa_id": wa_id, "user_id": None, "name": f"{name or 'Cliente'} {secrets.token_hex(4)}"} | members)


def wamid() -> str:
    return f"wamid.{secrets.token_hex(12)}"


@dataclass
class Street:
    """The seeded organisation's number, unless a test brings its own line."""

    world: World
    line: Line = field(init=False)

    def __post_init__(self) -> None:
        self.line = Line(self.world.endpoints["waba_id"], self.world.number)

    async def posts(self, body: JsonObject | bytes, secret: str | None = None) -> httpx.Response:
        raw = body if isinstance(body, bytes) else meta_json(body)
        headers = signed_headers(secret or self.world.endpoints["app_secret"], raw)
        async with direct_client(timeout=30) as http:
            return await http.post(f"{self.world.endpoints['gateway']}/webhooks/whatsapp", content=raw, headers=headers)

    async def takes(self, body: JsonObject | bytes) -> None:
        """Posts what is to be acknowledged."""
        answer = await self.posts(body)
        assert answer.status_code == 200, answer.text

    def text(self, person: Person, text: str = "Oi", line: Line | None = None, **others: Any) -> JsonObject:
        """A body with one message; `wamid`, `timestamp` or anything else may be given."""
        given = {"wamid": wamid(), "timestamp": int(time.time()), **others}
        return bodies.message_body(line or self.line, person, content={"body": text}, **given)

    async def talk_with(self, person: Person) -> Json:
        return await self.world.conversation_of(person.name or "")

    async def said_by(self, person: Person, count: int = 1) -> list[str]:
        """What the timeline shows of them, as soon as it is so many messages."""
        talk = (await self.talk_with(person))["conversation_id"]

        async def lines() -> list[str] | None:
            shown = [line["content"].get("body") for line in await self.world.timeline(talk)]
            return shown if len(shown) >= count else None

        return await until(lines, f"{count} message(s) of {person.name}")

    async def records_with(self, topic: str, word: str) -> list[Told]:
        """The records of a topic that hold a word, such as a wamid."""
        return [told for told in await self.world.told(topic) if word in str(told.data)]

    def parked(self) -> list[str]:
        """Why conversations parked each record; the gateway hears statuses too, and parks its own."""
        rows = self.world.rows("conversations", "SELECT reason FROM parked ORDER BY id")
        return [str(row["reason"]) for row in rows]
