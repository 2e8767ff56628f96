"""The log of conversations as its checks read it, and what webhooks say, in the same words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from psycopg import Connection
from recado_chassis.mapper import Mapper
from recado_chassis.verifying.evidence import Json
from recado_chassis.verifying.logs import recorded, time_of
from recado_events.conversations import PUBLISHED, OfCustomer, OfDesk
from recado_events.event import Event
from recado_events.ids import OrganisationId, PhoneNumberId

from conversations.domain.private import PRIVATE, ChannelNoted

E = TypeVar("E", bound=Event)


class Fact(NamedTuple):
    position: int
    event: Event
    cause: str | None = None
    """The record that it follows from, where it is one."""


@dataclass(frozen=True, slots=True)
class Facts:
    """In the log's order. `now` is by the database's clock."""

    all: Sequence[Fact]
    now: datetime

    def of(self, *kinds: type[E]) -> Iterator[E]:
        return (fact.event for fact in self.all if isinstance(fact.event, kinds))

    def placed(self, kind: type[E]) -> Iterator[tuple[int, E]]:
        return ((fact.position, fact.event) for fact in self.all if isinstance(fact.event, kind))

    def served(self) -> dict[PhoneNumberId, OrganisationId]:
        """Whose each number is now: that of whoever anything was told last, unless it was that they left it."""
        numbers: dict[PhoneNumberId, OrganisationId] = {}
        for _, event, _ in self.all:
            if not isinstance(event, OfDesk | OfCustomer):
                continue
            numbers[event.phone_number_id] = event.organisation_id
            if isinstance(event, ChannelNoted) and not event.connected:
                del numbers[event.phone_number_id]
        return numbers


def read(connection: Connection[Any]) -> Facts:
    log = recorded(connection, Mapper((*PUBLISHED, *PRIVATE)))
    facts = [Fact(each.envelope.position or 0, each.event, each.envelope.cause.causation_id) for each in log]
    return Facts(facts, time_of(connection))


def elements(bodies: Iterable[Json], field: str, name: str) -> Iterator[tuple[PhoneNumberId, Json]]:
    """The updates of one list, each with the number it is about."""
    for body in bodies:
        for entry in body.get("entry", ()):
            for change in entry.get("changes", ()):
                if change["field"] == field:
                    value = change["value"]
                    number = PhoneNumberId(value.get("metadata", {}).get("phone_number_id", ""))
                    yield from ((number, each) for each in value.get(name, ()))
