"""What sending needs of the world beyond the log: Meta, and the place where sends wait."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from recado_chassis.store import Effect
from recado_events.conversations import Released
from recado_events.envelope import Cause
from recado_events.ids import CustomerId, MessageId, OrganisationId, PhoneNumberId

from gateway.application.accounts import Token
from gateway.commands import Verdict
from gateway.domain.dispatch import Dispatch

# Sends that wait ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Due:
    """A send that may be made now, as the index says; only its stream knows."""

    organisation_id: OrganisationId
    phone_number_id: PhoneNumberId
    customer_id: CustomerId
    message_id: MessageId
    attempt: int
    pair: str | None
    """Bucket of the rate to its recipient; None for what does not count there."""
    cause: Cause
    is_on_phone_app: bool = False
    """Whether its number lives in the phone app too, and so has the lower rate."""


@dataclass(frozen=True, slots=True)
class Silent:
    """A send whose attempt was claimed so long ago, and nobody has said what became of it."""

    due: Due
    lasted: timedelta


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a dispatcher has room for: `rooms` at some numbers, `room` at every other, `limit` in all."""

    partitions: Collection[int] | None
    """Those it holds; None for all."""
    limit: int
    room: int
    rooms: Mapping[PhoneNumberId, int] = field(default_factory=dict)


class Line(Protocol):
    """The sends that wait, in the order they came, and the rates at which they may leave."""

    def enter(self, due: Due, partition: int, send_by: datetime, at: datetime) -> Effect:
        """`partition` is the topic's from which it was heard."""
        ...

    def mirror(self, states: Mapping[MessageId, Dispatch]) -> Effect:
        """Brings the index to what the streams say."""
        ...

    def note_number(self, phone_number_id: PhoneNumberId, *, is_on_phone_app: bool) -> Effect:
        """Which of Meta's rates the number has."""
        ...

    def spend(self, started: Sequence[Due]) -> Effect:
        """Takes a token from each bucket of each send; Conflict where one is empty."""
        ...

    def due(self, wanted: Wanted, now: datetime) -> list[Due]:
        """The first send of each customer, number by number, as far as rates allow."""
        ...

    def expired(self, now: datetime, limit: int) -> list[Due]:
        """Those that may not leave any more."""
        ...

    def silent(self, at_least: timedelta, limit: int) -> list[Silent]:
        """Stamped and compared by the place's own clock."""
        ...

    def count(self) -> Mapping[str, int]:
        """How many wait and how many are under way: `queued` and `started`."""
        ...

    def tidy(self) -> None:
        """Forgets buckets that are full again."""
        ...


@dataclass(frozen=True, slots=True)
class Claim:
    """The right and the duty to make one attempt, for ever."""

    due: Due
    attempt: int
    started_at: datetime
    released: Released = field(repr=False)
    tag: str
    token: Token
    media_id: str | None = None
    """Meta's id of the file that it sends."""


# Meta -------------------------------------------------------------------------------------------------


class Messages(Protocol):
    """Sends messages by Graph."""

    async def send(self, claim: Claim, may_write: Callable[[], bool]) -> Verdict:
        """One call, never repeated. Writes nothing if `may_write` says no just before the first byte. Never raises."""
        ...
