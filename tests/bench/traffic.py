"""Who writes to whom: the same messages for every side, as bodies of Meta's webhooks and as records of inbound."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from uuid import UUID, uuid4, uuid5

from gateway.adapters.door.raw_records import Arrival, RawRecords
from gateway.adapters.door.routing import Route
from gateway.adapters.door.splitting import updates_of
from recado_chassis.fingerprints import Fingerprints
from recado_chassis.producing.records import Record
from recado_events.envelope import Cause
from recado_events.ids import OrganisationId, PhoneNumberId, ProfileId, UserId

from tests.simulator.bodies.envelope import Line, Person
from tests.simulator.bodies.messages import message_body
from tests.simulator.identifiers import wamid
from tests.simulator.signing import meta_json

ALIAS_KEY = "ab" * 32
NUMBERS = 100
NUMBERS_AN_ORGANISATION = 5
NEW_IN = 10
"""One message in so many comes from somebody who has not written before."""
FACTS_OF_NEW, FACTS_OF_KNOWN = 6, 2
"""Identified, opened, turn taken, assigned, received, window opened; received and window extended."""
PER_SECOND = 20
"""Messages of one second of the customers' clocks, so that each of a customer's extends the window."""
_SPACE = UUID("5b1d3c52-94a5-4b43-8f1e-5c1f0f5d3a10")
_INBOUND = 0x12


@dataclass(frozen=True)
class Business:
    """One number of an organisation, and who answers there."""

    organisation_id: OrganisationId
    line: Line

    @property
    def number(self) -> PhoneNumberId:
        return PhoneNumberId(self.line.phone_number_id)

    @property
    def members(self) -> tuple[UserId, ...]:
        return tuple(UserId(uuid5(self.organisation_id, f"user {place}")) for place in range(3))

    @property
    def profile_id(self) -> ProfileId:
        return ProfileId(uuid5(self.organisation_id, "profile"))


@cache
def business(place: int) -> Business:
    organisation = OrganisationId(uuid5(_SPACE, f"organisation {place // NUMBERS_AN_ORGANISATION}"))
    line = Line(f"10229{place:010d}", f"10654{place:010d}", f"1555{place:07d}")
    return Business(organisation, line)


@dataclass(frozen=True)
class Message:
    """The `index`-th message of a run, from the `customer`-th customer."""

    index: int
    customer: int
    business: Business
    at: int

    @property
    def person(self) -> Person:
        return Person(f"55119{60000000 + self.customer}", None, f"Cliente {self.customer}")

    def body(self, line: Line | None = None, *, with_user_id: bool = False) -> bytes:
        """`line` is another number it may have been written to."""
        party = replace(self.person, user_id=f"BR.{10**19 + self.customer}") if with_user_id else self.person
        name = wamid(party.party, f"3A{self.index:018X}", _INBOUND)
        text = {"body": f"Bom dia! Ainda tem a bicicleta azul, tamanho {self.index % 60}?"}
        return meta_json(message_body(line or self.business.line, party, name, self.at, "text", text))


class Traffic:
    """Messages in an order that never changes. Whoever takes some goes on where the last one stopped."""

    def __init__(self, known: int, numbers: int = NUMBERS, begins: float | None = None) -> None:
        self.numbers = numbers
        self.known = known
        self.begins = int(time.time() - 20 * 3600 if begins is None else begins)
        self._index = 0
        self._newest = 0
        self._turn = 0

    def first_messages(self) -> list[Message]:
        """One of each customer who shall be known."""
        return [self._next(self._new()) for _ in range(self.known)]

    def mixed(self, count: int) -> list[Message]:
        """Mostly of the known ones in turn, some of new ones: any part of it is like the whole."""
        return [self._next(self._new() if place % NEW_IN == 0 else self._in_turn()) for place in range(count)]

    def _new(self) -> int:
        self._newest += 1
        return self._newest - 1

    def _in_turn(self) -> int:
        self._turn += 1
        return self._turn % self.known

    def _next(self, customer: int) -> Message:
        index, self._index = self._index, self._index + 1
        return Message(index, customer, business(customer % self.numbers), self.begins + index // PER_SECOND)


def facts_of(count: int) -> int:
    """How many facts follow from so many mixed messages."""
    new = len(range(0, count, NEW_IN))
    return FACTS_OF_NEW * new + FACTS_OF_KNOWN * (count - new)


def records(messages: Sequence[Message]) -> Iterator[Record]:
    """As the gateway makes them, by its own code."""
    raw = RawRecords(Fingerprints(bytes.fromhex(ALIAS_KEY)))
    for message in messages:
        (update,) = updates_of(message.body())
        arrival = Arrival(datetime.now(UTC), Cause(str(uuid4())))
        yield raw.record(uuid4(), update, Route("served", message.business.organisation_id), arrival)
