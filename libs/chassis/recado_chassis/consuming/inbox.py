"""How inbox rows move while records are worked off: every record read is counted exactly once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from recado_chassis.consuming.decoding import Place, Read
from recado_chassis.store import InboxRow

Outcome = Literal["accepted", "refused", "duplicate", "parked"]
OUTCOMES: tuple[Outcome, ...] = ("accepted", "refused", "duplicate", "parked")


@dataclass(slots=True)
class _Standing:
    """Where a partition stands after the records counted so far."""

    next_offset: int
    log: str | None
    position: int | None
    counts: Counter[Outcome]


class Tally:
    """Counts records in order, beginning from rows as they were."""

    def __init__(self, before: Mapping[Place, InboxRow]) -> None:
        self._before = before
        self._standing: dict[Place, _Standing] = {}

    def is_duplicate(self, read: Read) -> bool:
        """A relay may publish twice: what is not above the last position of its log was already read."""
        last = self._at(read.place).position
        return read.position is not None and last is not None and read.position <= last

    def count(self, read: Read, outcome: Outcome) -> None:
        at = self._at(read.place)
        at.next_offset = read.record.offset + 1
        at.log = at.log or read.log
        if read.position is not None and outcome != "duplicate":
            at.position = read.position
        at.counts[outcome] += 1

    def after(self) -> dict[Place, InboxRow]:
        """The rows of partitions of which records were counted."""
        return {place: self._row(self._before[place], at) for place, at in self._standing.items() if at.counts}

    def _at(self, place: Place) -> _Standing:
        at = self._standing.get(place)
        if at is None:
            row = self._before[place]
            at = self._standing[place] = _Standing(row.next_offset, row.log, row.position, Counter())
        return at

    def _row(self, before: InboxRow, at: _Standing) -> InboxRow:
        counts = {outcome: getattr(before, outcome) + at.counts[outcome] for outcome in OUTCOMES}
        return replace(before, next_offset=at.next_offset, log=at.log, position=at.position, **counts)


def stands_where(one: InboxRow, other: InboxRow) -> bool:
    """Whether two sights of a partition's row say the same, whenever it came to stand there."""
    return replace(one, moved_at=None) == replace(other, moved_at=None)


def of_one_log(reads: Iterable[Read], rows: Mapping[Place, InboxRow]) -> tuple[list[Read], dict[Place, str]]:
    """The records up to where their partition changes its log, and the partitions that do, with the reason.

    Positions mean something only within one log: what follows waits for an operator.
    """
    kept: list[Read] = []
    changed: dict[Place, str] = {}
    logs = {place: row.log for place, row in rows.items()}
    for read in reads:
        log = logs[read.place] = logs[read.place] or read.log
        if read.log is not None and read.log != log:
            why = f"from offset {read.record.offset} on it tells log {read.log}, not {log}: was its database restored?"
            changed.setdefault(read.place, why)
        if read.place not in changed:
            kept.append(read)
    return kept, changed
