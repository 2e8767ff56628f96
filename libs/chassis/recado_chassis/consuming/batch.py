"""One batch of records: worked off in as few transactions as its records allow, each record counted exactly once."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

from recado_chassis.consuming.decoding import Place, Read
from recado_chassis.consuming.handling import NEVER_POISON, Handled, handle
from recado_chassis.consuming.inbox import OUTCOMES, of_one_log, stands_where
from recado_chassis.crash import crash
from recado_chassis.following.untiring import where
from recado_chassis.store import Fenced, InboxRow
from recado_chassis.streams import Streams
from recado_chassis.work import Work

ATTEMPTS = 3
"""How often a record that fails is tried by itself before it is parked."""
MOST_FAILURES = 10
"""Records that fail in one batch before it is left unfinished: those of other partitions wait for the next one."""
MOST_BYTES = 1024 * 1024
"""Of records in one transaction: what holds thousands of messages (history of a phone app) is no batch of hundreds."""
_PAUSE = 0.01


class Batch:
    """Records of some partitions, in order, and the inbox rows they were filtered against.

    `rows` says where each partition stands as far as is known, `dropped` which ones somebody else moved, `stuck` which
    ones cannot go on and why; `outcomes` counts by (topic, partition, outcome).
    """

    def __init__(
        self,
        streams: Streams,
        rows: Mapping[Place, InboxRow],
        reads: Iterable[Read],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.rows = dict(rows)
        self.dropped: set[Place] = set()
        self.outcomes: Counter[tuple[str, int, str]] = Counter()
        self._todo, self.stuck = of_one_log(reads, rows)
        self._streams = streams
        self._sleep = sleep
        self._together = max(1, len(self._todo))
        self._deferred: set[Place] = set()
        self._attempts = 0
        self._failed = 0
        self._tried = Handled(0, {})
        self._unsure = False

    def stories(self) -> Iterator[str | None]:
        """The traceparent of each record that is to be handled."""
        return (read.heard.cause.traceparent for read in self._todo if read.heard)

    @property
    def unfinished(self) -> set[Place]:
        """Partitions whose records have to be read again."""
        return self.dropped | set(self.stuck) | {read.place for read in self._todo}

    def work_off(self) -> None:
        """Handles all records, unless too many fail. Raises Unavailable or Conflict: wait and call again; nothing is
        lost or done twice."""
        while self._todo and self._failed < MOST_FAILURES:
            if self._unsure:
                self._catch_up()
            else:
                self._step()

    def _step(self) -> None:
        chunk = self._next()
        self._tried = Handled(0, {})
        self._unsure = True
        crash("consumer.before_transaction")
        try:
            self._streams.transact(lambda work: self._try(work, chunk))
        except Fenced:
            return
        except NEVER_POISON:
            # A transaction that was too much for the database would be so again.
            self._together = max(1, len(chunk) // 2)
            raise
        except Exception as error:  # noqa: BLE001 - one of the chunk cannot be written, and which is not said
            self._unsure = False
            self._narrow(len(chunk) // 2, error)
            return
        crash("consumer.after_commit")
        self._unsure = False
        self._settle(len(chunk))

    def _next(self) -> list[Read]:
        """As many as fit into one transaction; one at least, however large."""
        left = MOST_BYTES
        for place, read in enumerate(self._todo[: self._together]):
            left -= len(read.record.value or b"")
            if left < 0 and place:
                return self._todo[:place]
        return self._todo[: self._together]

    def _try(self, work: Work, chunk: list[Read]) -> None:
        self._tried = handle(work, chunk, self.rows, self._streams.clock.now())

    def _settle(self, chunk: int) -> None:
        """What was tried is committed."""
        self._failed += sum(read.has_failed for read in self._todo[: self._tried.count])
        del self._todo[: self._tried.count]
        for place, row in self._tried.rows.items():
            self._advance(place, row)
        if self._tried.failure is None:
            self._attempts = 0
            self._together *= 2
        elif self._todo[0].place in self._deferred:
            self._narrow(min(1, chunk - 1), self._tried.failure)
        else:
            self._defer(self._todo[0].place)

    def _defer(self, place: Place) -> None:
        """A partition with a record that fails comes last: the others are not to wait for its attempts."""
        self._deferred.add(place)
        self._todo.sort(key=lambda read: read.place == place)

    def _narrow(self, together: int, error: Exception) -> None:
        """Fewer records at once, until the next one fails all by itself; after some attempts it is parked."""
        self._together = max(1, together)
        if together:
            return
        self._attempts += 1
        if self._attempts < ATTEMPTS:
            self._sleep(_PAUSE * self._attempts)
            return
        self._attempts = 0
        first = self._todo[0]
        if first.spoiled is None:
            self._todo[0] = first.spoil("failed", where(error), ATTEMPTS)
        else:
            self.stuck[first.place] = f"the record at offset {first.record.offset} cannot be parked: {where(error)}"
            self._todo = [read for read in self._todo if read.place not in self.stuck]

    def _catch_up(self) -> None:
        """After a commit that was fenced off, or whose fate is unknown: the rows say what became of it."""
        now = {(row.topic, row.partition): row for row in self._streams.store.inbox()}
        for place, believed in list(self.rows.items()):
            there, ours = now.get(place), self._tried.rows.get(place, believed)
            if there is not None and stands_where(there, ours):
                self._advance(place, there)
            elif there is None or not stands_where(there, believed):
                self.rows[place] = there or believed
                self.dropped.add(place)
        self._todo = [read for read in self._todo if self._is_ahead(read)]
        self._attempts = 0
        self._unsure = False

    def _is_ahead(self, read: Read) -> bool:
        return read.place not in self.dropped and read.record.offset >= self.rows[read.place].next_offset

    def _advance(self, place: Place, row: InboxRow) -> None:
        for outcome in OUTCOMES:
            self.outcomes[*place, outcome] += getattr(row, outcome) - getattr(self.rows[place], outcome)
        self.rows[place] = row
