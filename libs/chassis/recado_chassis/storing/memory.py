"""The store in memory: what PostgreSQL does, for tests and simulations that need no server."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from itertools import islice
from uuid import UUID, uuid4

from recado_chassis.ports import Clock, SystemClock
from recado_chassis.store import EventRow, InboxRow, ParkedRow
from recado_chassis.storing.memory_session import MemorySession
from recado_chassis.storing.memory_tables import Tables


class MemoryStore:
    """Implements `store.Store` for many threads, over the eventsourcing library's recorder in memory.

    It keeps no tables of adapters: a transaction with effects is refused with TypeError.
    """

    def __init__(self, clock: Clock | None = None, log_id: str | None = None) -> None:
        self._tables = Tables(clock or SystemClock())
        self._log_id = log_id or str(uuid4())
        self._changed = threading.Condition(self._tables.lock)

    def close(self) -> None:
        """Nothing is open; here so that both stores end alike."""

    @contextmanager
    def session(self, *, locked: bool = False) -> Iterator[MemorySession]:
        session = MemorySession(self._tables, self._changed)
        if not locked:
            yield session
            return
        with self._tables.lock:
            yield session

    def log_id(self) -> str:
        return self._log_id

    def renew_log(self) -> str:
        """Gives the log a new incarnation, after a restore; consumers will stop and ask. Answers the new id."""
        self._log_id = str(uuid4())
        return self._log_id

    def read(self, after: int, limit: int, types: Sequence[str] = ()) -> Sequence[EventRow]:
        with self._tables.lock:
            if not types:
                return self._tables.rows[after : after + limit]
            return list(islice((row for row in self._tables.rows[after:] if row.type in types), limit))

    def read_of(self, organisation_id: UUID, after: int, until: int, limit: int) -> Sequence[EventRow]:
        with self._tables.lock:
            theirs = (row for row in self._tables.rows[after:until] if row.organisation_id == organisation_id)
            return list(islice(theirs, limit))

    def end(self) -> int:
        return len(self._tables.rows)

    def tail(self) -> MemoryTail:
        """The log for one follower."""
        return MemoryTail(self, self._changed)

    def inbox(self) -> list[InboxRow]:
        with self._tables.lock:
            return [row for _, row in sorted(self._tables.inbox.items())]

    def adopt(self, row: InboxRow) -> None:
        with self._tables.lock:
            self._tables.inbox.setdefault((row.topic, row.partition), self._tables.stamped(row))

    def pause(self, row: InboxRow, why: str) -> None:
        with self._tables.lock:
            there = self._tables.inbox.get((row.topic, row.partition))
            if there and (there.topic_id, there.next_offset) == (row.topic_id, row.next_offset):
                self._tables.inbox[row.topic, row.partition] = replace(there, paused=why)

    def parked(self, subject: str | None = None, limit: int = 100) -> list[ParkedRow]:
        with self._tables.lock:
            found = [row for row in self._tables.parked.values() if subject is None or row.subject == subject]
            return found[:limit]

    def parked_at(self, topic: str, partition: int, offset: int) -> ParkedRow | None:
        with self._tables.lock:
            return self._tables.parked.get((topic, partition, offset))

    def parked_count(self, topic: str | None = None, partition: int = 0, from_offset: int = 0) -> int:
        with self._tables.lock:
            return sum(
                topic is None or ((row.topic, row.partition) == (topic, partition) and row.offset >= from_offset)
                for row in self._tables.parked.values()
            )

    interruptions = 0
    """Memory breaks with its process."""

    def forget_commands(self, before: datetime, limit: int = 10_000) -> int:
        """Deletes up to `limit` stored answers of commands done before that moment; answers how many."""
        with self._tables.lock:
            old = [key for key, row in self._tables.commands.items() if row.done_at < before][:limit]
            for key in old:
                del self._tables.commands[key]
            return len(old)


class MemoryTail:
    """The end of the log for one follower, told of every commit."""

    def __init__(self, store: MemoryStore, changed: threading.Condition) -> None:
        self._store = store
        self._changed = changed
        self._heard = 0

    def read(self, after: int, limit: int) -> Sequence[EventRow]:
        """The log above a position, in order."""
        return self._store.read(after, limit)

    def end(self) -> int:
        return self._store.end()

    def wait(self, seconds: float) -> bool:
        """Whether something was appended within that time (or before, since the last call)."""
        with self._changed:
            heard = self._changed.wait_for(lambda: self._store.end() > self._heard, seconds)
            self._heard = self._store.end()
            return heard

    def close(self) -> None:
        """Nothing is open."""
