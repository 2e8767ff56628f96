"""The rules of a service on a memory store: given what happened, when this is asked, then these facts.

Everything that is done is done twice: any command may be retried, so the second time must leave nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from recado_chassis.fingerprints import Fingerprints
from recado_chassis.mapper import Mapper, Recorded
from recado_chassis.ports import SystemClock, Uuid7
from recado_chassis.storing.memory import MemoryStore
from recado_chassis.streams import Streams
from recado_events.envelope import Cause
from recado_events.event import Event
from recado_events.identity import Alias
from recado_events.ids import OrganisationId, PhoneNumberId, ProfileId, UserId

E = TypeVar("E", bound=Event)
ORGANISATION = OrganisationId(UUID("0b6c1f0e-5d6a-4f6e-9d58-000000000001"))
NUMBER = PhoneNumberId("106540352242922")
PROFILE = ProfileId(UUID("0b6c1f0e-5d6a-4f6e-9d58-0000000000f1"))
ADMINISTRATOR_ID = UserId(UUID("0b6c1f0e-5d6a-4f6e-9d58-0000000000ad"))
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
CAUSE = Cause("test")
FINGERPRINTS = Fingerprints(b"k" * 32)


def number(wa_id: str) -> Alias:
    return Alias(kind="wa_id", value=wa_id)


def user_alias(user_id: str) -> Alias:
    return Alias(kind="user_id", value=user_id)


class OnMemory:
    """Commands in, facts out. `now` is whatever the test says."""

    def __init__(self, events: Iterable[type[Event]]) -> None:
        self.store = MemoryStore()
        self.mapper = Mapper(events)
        self.ids = Uuid7(SystemClock())
        self.streams = Streams(self.store, self.mapper, SystemClock(), self.ids)
        self.now = NOON

    def do(self, use_case: Callable[[Any, Any, Cause], None], command: Any) -> list[Event]:
        """The facts a command leaves; asked a second time it leaves none."""
        before = self.store.end()
        self.streams.transact(lambda work: use_case(work, command, CAUSE))
        facts = self.facts(after=before)
        end = self.store.end()
        self.streams.transact(lambda work: use_case(work, command, CAUSE))
        assert self.facts(after=end) == [], "a retried command left facts"
        return facts

    def log(self, after: int = 0) -> list[Recorded]:
        return [self.mapper.decode(row.state, row.position, "test") for row in self.store.read(after, 100_000)]

    def facts(self, kind: type[E] | None = None, after: int = 0) -> list[Any]:
        return [r.event for r in self.log(after) if kind is None or isinstance(r.event, kind)]

    def one(self, kind: type[E]) -> E:
        (fact,) = self.facts(kind)
        found: E = fact
        return found

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)
