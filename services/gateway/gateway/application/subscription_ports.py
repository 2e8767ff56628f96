"""What outgoing webhooks need of the world beyond the log: cursors and secrets, the logs of all services, receivers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from recado_chassis.store import Effect
from recado_events.ids import OrganisationId, SubscriptionId

from gateway.domain.receiver import Outcome

Concerned = tuple[OrganisationId, str]
"""An organisation, and a type of which it has an event."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a subscription has been told of one log, lent to whoever holds it."""

    organisation_id: OrganisationId
    subscription_id: SubscriptionId
    source: str
    event_types: frozenset[str]
    position: int
    epoch: int
    attempts: int
    """At the next event, all in vain."""
    holder: UUID


@dataclass(frozen=True, slots=True)
class Attempt:
    """What the log of deliveries keeps of one."""

    event_id: UUID
    event_type: str
    position: int | None
    attempt: int
    outcome: Outcome
    status: int | None
    milliseconds: int


@dataclass(frozen=True, slots=True)
class Progress:
    """Of one subscription at one service."""

    source: str
    position: int
    attempts: int
    due_at: datetime | None
    """When what waits is tried; None where nothing waits."""


@dataclass(frozen=True, slots=True)
class Logged:
    """An attempt of the log, with its place there."""

    delivery_id: int
    source: str
    attempt: Attempt
    attempted_at: datetime


class Keeping(Protocol):
    """What is kept of subscriptions beside their stream, written in its transactions."""

    def begin(
        self,
        subscription: tuple[OrganisationId, SubscriptionId],
        types: Mapping[str, Sequence[str]],
        ends: Mapping[str, int],
        *,
        is_active: bool,
    ) -> Effect:
        """Cursors at the ends of the logs of these types' sources; known ones stay, those of other sources go."""
        ...

    def keep_secret(
        self, subscription: tuple[OrganisationId, SubscriptionId], generation: int, secret: str, old_until: datetime
    ) -> Effect:
        """The one before signs until `old_until`, those before it not any more."""
        ...

    def pause(self, subscription_id: SubscriptionId) -> Effect: ...

    def resume(self, subscription_id: SubscriptionId) -> Effect:
        """What was paused, or has failed, is tried at once, as for the first time."""
        ...

    def readdress(self, subscription_id: SubscriptionId) -> Effect:
        """What waits is tried at once, as for the first time; what is under way does not count any more."""
        ...

    def replay(self, subscription_id: SubscriptionId, source: str, after: int) -> Effect: ...

    def forget(self, subscription_id: SubscriptionId) -> Effect: ...

    def secrets(self, subscription: tuple[OrganisationId, SubscriptionId]) -> list[str]:
        """Those that sign now, the newest first."""
        ...

    def progress(self, subscriptions: Collection[SubscriptionId]) -> Mapping[SubscriptionId, Sequence[Progress]]: ...

    def note(self, subscription: tuple[OrganisationId, SubscriptionId], source: str, attempt: Attempt) -> None:
        """Writes into the log of deliveries what moves no cursor."""
        ...

    def deliveries(
        self, subscription_id: SubscriptionId, before: int | None, limit: int, outcome: str | None
    ) -> list[Logged]:
        """The latest first."""
        ...


class Cursors(Protocol):
    """What waits to be delivered. Synchronous."""

    def take(self, most: int, failing: int, lease: timedelta) -> list[Cursor]:
        """At most so many that are due; of those whose last attempt was in vain, at most `failing`. No organisation has
        more than its share."""
        ...

    def delivered(self, cursor: Cursor, attempt: Attempt, lease: timedelta) -> Cursor | None:
        """Moved behind the event, and lent on; None where it is not ours any more."""
        ...

    def failed(self, cursor: Cursor, attempt: Attempt, pause: timedelta) -> bool:
        """It is due again after the pause; False where it is not ours any more."""
        ...

    def rest(self, cursor: Cursor, position: int, *, at_end: bool) -> None:
        """Gives it back, looked through up to `position`; nothing waits where this is the log's end."""
        ...

    def wait(self, cursor: Cursor, pause: timedelta) -> None:
        """Gives it back; nothing could be tried."""
        ...

    def followed(self) -> Mapping[str, int]:
        """The sources that somebody hears, and how far each is looked through."""
        ...

    def follow(self, source: str, after: int, to: int, concerned: Collection[Concerned]) -> bool:
        """Makes due whom this concerns; False where somebody else has looked through this page."""
        ...

    def fall_back(self, source: str, stood: int, end: int) -> bool:
        """The log ended there after we `stood` above it: its database was restored. False where we have moved since."""
        ...

    def count(self) -> Mapping[str, int]:
        """Cursors by state: `due`, `failing`, `idle` and `paused`."""
        ...

    def purge(self, before: datetime, limit: int) -> int:
        """Deletes what the log of deliveries has from before; answers how much."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    outcome: Outcome
    status: int | None = None
    wished: timedelta | None = None
    """The receiver's `Retry-After`."""


@dataclass(frozen=True, slots=True)
class Receiver:
    url: str = field(repr=False)
    secrets: Sequence[str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Page:
    """Events above a position as `GET /events` gives them; they are all up to `next`."""

    events: Sequence[Mapping[str, Any]]
    next: int
    end: int


class LogUnavailable(Exception):
    """The service that owns a log does not tell it now."""


class Logs(Protocol):
    """The logs of all services, this one's too."""

    async def page(self, source: str, after: int, organisation_id: OrganisationId | None = None) -> Page:
        """Everybody's events, or a smaller page of one organisation's. Raises LogUnavailable."""
        ...

    async def end(self, source: str) -> int:
        """The last position. Raises LogUnavailable."""
        ...


class Receivers(Protocol):
    """Whoever is told."""

    async def check(self, url: str) -> None:
        """Raises ReceiverForbidden and ReceiverUnknown for a URL that nothing may be sent to."""
        ...

    async def tell(self, receiver: Receiver, event_id: str, body: bytes) -> Answer:
        """One signed request, to its end or a deadline. Never raises."""
        ...
