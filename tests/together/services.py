"""conversations and crm on databases: what one publishes the other hears, until both have nothing more to say."""

from __future__ import annotations

from dataclasses import dataclass, field

import httpx
from recado_events import conversations, crm
from recado_events.event import Event

from tests.harness.on_database import ServiceOnDatabase


@dataclass
class Wire:
    source: ServiceOnDatabase
    target: ServiceOnDatabase
    published: tuple[type[Event], ...]
    told: int = 0

    def carries(self) -> bool:
        """Whether there was anything new."""
        rows, self.told = self.source.store.read(self.told, 100_000), self.source.store.end()
        mapper = self.source.service.streams.mapper
        recorded = [mapper.decode(row.state, row.position) for row in rows]
        self.target.hears(*[each for each in recorded if isinstance(each.event, self.published)])
        return bool(rows)


@dataclass
class Services:
    talks: ServiceOnDatabase
    book: ServiceOnDatabase
    at_talks: httpx.AsyncClient
    at_book: httpx.AsyncClient
    wires: list[Wire] = field(init=False)

    def __post_init__(self) -> None:
        self.wires = [
            Wire(self.talks, self.book, conversations.PUBLISHED),
            Wire(self.book, self.talks, crm.PUBLISHED),
        ]

    async def settle(self) -> None:
        """All is heard and shown."""
        while sum(wire.carries() for wire in self.wires):
            pass
        await self.talks.shown()
        await self.book.shown()
