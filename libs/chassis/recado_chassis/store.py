"""The port to a service's database: what is read before a decision, and what one transaction writes after it.

Two implementations, one suite: `memory.MemoryStore` and `postgres.PostgresStore`. Synchronous: run it in threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from psycopg import Connection

from recado_chassis.rows import CommandKey, CommandRow, EventRow, InboxMove, InboxRow, ParkedRow, SnapshotRow, UniqueKey

__all__ = [
    "Changes",
    "CommandKey",
    "CommandRow",
    "Conflict",
    "Contradiction",
    "Effect",
    "EventRow",
    "Fenced",
    "InboxMove",
    "InboxRow",
    "ParkedRow",
    "Session",
    "SnapshotRow",
    "Store",
    "Unavailable",
    "UniqueKey",
]


class Conflict(Exception):
    """Somebody else wrote first (a stream moved, a unique row is taken): decide again on what is there now."""


class Contradiction(Exception):
    """What was decided cannot be written, though nobody else was writing: a mistake in the rules, not a race."""


class Fenced(Exception):
    """An inbox row is not where this batch was filtered against: nothing of the batch was written."""


class Unavailable(Exception):
    """The database cannot be reached or did not answer; whether the last commit succeeded may be unknown."""


Effect = Callable[[Connection[Any]], None]
"""More rows of the same transaction, written by an adapter. May raise Conflict."""


@dataclass(slots=True)
class Changes:
    """Everything one transaction checks and writes, in this order: lock, versions, inbox, unique rows, command,
    parked, effects, events."""

    expected: dict[str, int] = field(default_factory=dict)
    """Versions of all streams that were loaded, written or not; 0 for one that does not exist."""
    events: list[EventRow] = field(default_factory=list)
    claims: dict[UniqueKey, str] = field(default_factory=dict)
    releases: dict[UniqueKey, str] = field(default_factory=dict)
    """Key and the owner it must still have."""
    command: CommandRow | None = None
    """Its position is filled in by the store."""
    moves: list[InboxMove] = field(default_factory=list)
    park: list[ParkedRow] = field(default_factory=list)
    unpark: list[ParkedRow] = field(default_factory=list)
    subjects: dict[str, bool] = field(default_factory=dict)
    """Whether each subject of the batch was parked when the batch looked; checked again under the lock."""
    effects: list[Effect] = field(default_factory=list)
    snapshots: list[SnapshotRow] = field(default_factory=list)
    """Of streams that this transaction appends to."""

    def is_empty(self) -> bool:
        return not (
            self.events or self.claims or self.releases or self.command or self.moves
            or self.park or self.unpark or self.effects
        )  # fmt: skip


class Session(Protocol):
    """One attempt at one transaction. A locked one took the service's write lock before its first read."""

    def find(self, keys: Iterable[UniqueKey]) -> dict[UniqueKey, str]:
        """The owners of those keys that have one."""
        ...

    def load(self, after: Mapping[str, int]) -> dict[str, list[EventRow]]:
        """For each stream its events above the given version, in order; streams with none may be absent."""
        ...

    def snapshots(self, codes: Mapping[str, str]) -> list[SnapshotRow]:
        """For each stream the snapshot that the code of this fingerprint has left; streams with none are absent."""
        ...

    def command(self, key: CommandKey) -> CommandRow | None: ...

    def parked_subjects(self, subjects: Iterable[str]) -> set[str]:
        """Which of these subjects have parked records."""
        ...

    def commit(self, changes: Changes) -> int:
        """Checks and writes all of it or nothing; answers the log's last position of this transaction, or of the
        log before it when no event was written. Raises Conflict, Fenced or Unavailable."""
        ...


class Store(Protocol):
    """A service's database."""

    def session(self, *, locked: bool = False) -> AbstractContextManager[Session]: ...

    def log_id(self) -> str:
        """The log's incarnation; a new one after a restore."""
        ...

    def read(self, after: int, limit: int, types: Sequence[str] = ()) -> Sequence[EventRow]:
        """The log above a position, in order: every committed event once, none ever appears below one already read.
        Of these types alone, where any are named."""
        ...

    def read_of(self, organisation_id: UUID, after: int, until: int, limit: int) -> Sequence[EventRow]:
        """As `read`, of one organisation alone and up to a position."""
        ...

    def end(self) -> int:
        """The last position, 0 for an empty log."""
        ...

    def inbox(self) -> list[InboxRow]: ...

    def adopt(self, row: InboxRow) -> None:
        """Begins a partition: writes its first row, or does nothing where there is one."""
        ...

    def pause(self, row: InboxRow, why: str) -> None:
        """Marks a partition as waiting for an operator, if it still stands where this row says."""
        ...

    def parked(self, subject: str | None = None, limit: int = 100) -> list[ParkedRow]:
        """Oldest first."""
        ...

    def parked_at(self, topic: str, partition: int, offset: int) -> ParkedRow | None:
        """The parked record of that place."""
        ...

    def parked_count(self, topic: str | None = None, partition: int = 0, from_offset: int = 0) -> int:
        """How many records wait for a person: all, or those of a partition from an offset on."""
        ...

    @property
    def interruptions(self) -> int:
        """How often connections broke: what was remembered from before may be of a history that is no more."""
        ...
