"""The tables of the store in memory: all checks of a transaction first, then all its writes, under one lock."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast
from uuid import UUID

from eventsourcing.persistence import StoredEvent
from eventsourcing.popo import POPOApplicationRecorder

from recado_chassis.ports import Clock
from recado_chassis.store import (
    Changes,
    CommandKey,
    CommandRow,
    Conflict,
    EventRow,
    Fenced,
    InboxMove,
    InboxRow,
    ParkedRow,
    SnapshotRow,
    UniqueKey,
)
from recado_chassis.storing.versions import expected_versions

RecordKey = tuple[str, int, int]


@dataclass(frozen=True)
class KeptEvent(StoredEvent):
    """An event as the library stores it, with the row it was made from."""

    row: EventRow


class Tables:
    """`lock` is held by whoever calls, over as many calls as must be one transaction."""

    def __init__(self, clock: Clock) -> None:
        self.lock = threading.RLock()
        self.rows: list[EventRow] = []
        """The log; a row's position is its place in it, from 1."""
        self.unique: dict[UniqueKey, str] = {}
        self.commands: dict[CommandKey, CommandRow] = {}
        self.inbox: dict[tuple[str, int], InboxRow] = {}
        self.parked: dict[RecordKey, ParkedRow] = {}
        """In the order of arrival."""
        self.snapshots: dict[str, SnapshotRow] = {}
        self._recorder = POPOApplicationRecorder()
        self._event_ids: set[UUID] = set()
        self._clock = clock

    def tail(self, stream: str, after: int) -> list[EventRow]:
        return [cast(KeptEvent, event).row for event in self._recorder.select_events(stream, gt=after)]

    def parked_subjects(self) -> set[str]:
        """The empty subject never is one: its records stand alone."""
        return {row.subject for row in self.parked.values()} - {""}

    def stamped(self, row: InboxRow) -> InboxRow:
        return replace(row, moved_at=self._clock.now())

    def check(self, changes: Changes) -> None:
        """Raises Conflict, Fenced or ValueError, in the order in which PostgreSQL would."""
        expected = expected_versions(changes)
        if not all(self._stands(move) for move in changes.moves):
            raise Fenced("a partition is not where this batch began")
        self._check_versions(expected)
        parked = self.parked_subjects()
        if any((subject in parked) != was for subject, was in changes.subjects.items() if subject):
            raise Conflict("a subject was parked or released meanwhile")
        self._check_unique(changes)
        self._check_parked(changes.park, changes.unpark)
        ids = [row.event_id for row in changes.events]
        if len(set(ids)) < len(ids) or not self._event_ids.isdisjoint(ids):
            raise Conflict("an event with this id is stored already")
        if changes.command and changes.command.key in self.commands:
            raise Conflict("the command was done meanwhile")

    def write(self, changes: Changes) -> None:
        """Cannot fail once `check` has passed."""
        for move in changes.moves:
            self.inbox[move.before.topic, move.before.partition] = self.stamped(move.after)
        for key in changes.releases:
            del self.unique[key]
        self.unique.update(changes.claims)
        for row in changes.unpark:
            del self.parked[_record(row)]
        self.parked.update((_record(row), row) for row in changes.park)
        self._append(changes.events)
        self.snapshots.update((row.stream, row) for row in changes.snapshots)
        if changes.command:
            self.commands[changes.command.key] = replace(changes.command, position=len(self.rows))

    def _append(self, events: Sequence[EventRow]) -> None:
        rows = [row._replace(position=len(self.rows) + place) for place, row in enumerate(events, start=1)]
        self._recorder.insert_events([KeptEvent(r.stream, r.version, r.type, r.state, r) for r in rows])
        self._event_ids.update(row.event_id for row in rows)
        self.rows.extend(rows)

    def _stands(self, move: InboxMove) -> bool:
        row = self.inbox.get((move.before.topic, move.before.partition))
        return row is not None and _place(row) == _place(move.before)

    def _check_versions(self, expected: Mapping[str, int]) -> None:
        for stream, version in expected.items():
            last = self._recorder.select_events(stream, desc=True, limit=1)
            if (last[0].originator_version if last else 0) != version:
                raise Conflict(f"stream {stream} has moved on")

    def _check_unique(self, changes: Changes) -> None:
        if any(self.unique.get(key) != owner for key, owner in changes.releases.items()):
            raise Conflict("a unique row has another owner by now")
        if any(key in self.unique and key not in changes.releases for key in changes.claims):
            raise Conflict("a unique row is taken")

    def _check_parked(self, park: Sequence[ParkedRow], unpark: Sequence[ParkedRow]) -> None:
        leaving = {_record(row) for row in unpark}
        if not leaving <= self.parked.keys():
            raise Conflict("a parked record was retried or discarded meanwhile")
        if any(_record(row) in self.parked and _record(row) not in leaving for row in park):
            raise Conflict("the record is parked already")


def _record(row: ParkedRow) -> RecordKey:
    return row.topic, row.partition, row.offset


def _place(row: InboxRow) -> tuple[object, ...]:
    return row.topic_id, row.next_offset, row.log, row.position, row.paused
