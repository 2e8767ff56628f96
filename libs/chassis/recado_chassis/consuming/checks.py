"""Compares, at every assignment and every few seconds, what the inbox says of each partition with what Kafka holds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition

from recado_chassis.consuming.assignment import Assignment
from recado_chassis.consuming.decoding import Decoder, Place
from recado_chassis.consuming.inbox import stands_where
from recado_chassis.consuming.late import Late
from recado_chassis.consuming.partitions import ANY_TOPIC, Found, first_row, misfit, take_up
from recado_chassis.metrics import PARKED
from recado_chassis.ports import Clock
from recado_chassis.store import InboxRow, Store
from recado_chassis.threads import in_thread

TopicIds = Callable[[Sequence[str]], Mapping[str, str]]
"""Kafka's ids of those topics that exist, by name. Blocks."""

_log = structlog.get_logger()


class Checks:
    """Pauses what is out of place, in the database too, until an operator resumes it; lets the rest flow."""

    def __init__(
        self, store: Store, decoder: Decoder, topic_ids: TopicIds, clock: Clock, assignment: Assignment, late: Late
    ) -> None:
        self.missing: list[str] = list(decoder.topics)
        """Topics that do not exist."""
        self.checked_at: datetime | None = None
        self._store = store
        self._decoder = decoder
        self._topic_ids = topic_ids
        self._clock = clock
        self._assignment = assignment
        self._late = late

    async def ask_topics(self) -> Mapping[str, str]:
        ids = await in_thread(self._topic_ids, self._decoder.topics)
        self.missing = [topic for topic in self._decoder.topics if topic not in ids]
        return ids

    async def check(self, consumer: AIOKafkaConsumer) -> None:
        """No batch may be worked off meanwhile. Raises what Kafka's clients and the store raise."""
        ids = await self.ask_topics()
        places = list(consumer.assignment())
        rows = await in_thread(self._rows)
        found = await _found(consumer, places, ids)
        if fresh := [place for place in found if _is_fresh(rows.get(place))]:
            late = await self._late.topics(consumer, fresh, rows)
            rows = await in_thread(self._begin, fresh, rows, found, late)
        for place in places:
            await self._decide(place, rows.get(place), found.get(place))
        self._late.look(consumer)
        PARKED.set(await in_thread(self._store.parked_count))
        self.checked_at = self._clock.now()

    async def pause(self, row: InboxRow, why: str) -> None:
        """Until an operator resumes it. Raises Unavailable, but the partition waits then too."""
        _log.error("partition paused", topic=row.topic, partition=row.partition, why=why)
        self._assignment.hold((row.topic, row.partition), why)
        await in_thread(self._store.pause, row, why)

    async def _decide(self, place: Place, row: InboxRow | None, found: Found | None) -> None:
        if not self._assignment.holds(place):
            return
        if row is None or found is None:
            self._assignment.hold(place, "its topic does not exist")
        elif row.paused is not None:
            self._assignment.hold(place, row.paused)
            self._assignment.waits_behind(place, max(0, found.end - row.next_offset))
        elif why := misfit(row, found):
            await self.pause(row, why)
        else:
            self._let_flow(place, row)
            self._assignment.lagging(place, found.end, self._clock.now())

    def _let_flow(self, place: Place, row: InboxRow) -> None:
        known = self._assignment.rows.get(place)
        if known is None or not stands_where(known, row):
            self._assignment.flow(row)

    def _begin(
        self,
        places: Iterable[Place],
        rows: Mapping[Place, InboxRow],
        found: Mapping[Place, Found],
        late: Collection[str],
    ) -> dict[Place, InboxRow]:
        for place in places:
            row, topic = rows.get(place), place[0]
            if row is None:
                raw = self._decoder.is_raw(topic)
                self._store.adopt(first_row(place, found[place], raw=raw, late=topic in late))
            else:
                take_up(self._store, row, found[place])
        return self._rows()

    def _rows(self) -> dict[Place, InboxRow]:
        return {(row.topic, row.partition): row for row in self._store.inbox()}


def _is_fresh(row: InboxRow | None) -> bool:
    """Never read before, or resumed since it was last read."""
    return row is None or row.topic_id == ANY_TOPIC


async def _found(consumer: AIOKafkaConsumer, places: Iterable[Place], ids: Mapping[str, str]) -> dict[Place, Found]:
    there = [TopicPartition(*place) for place in places if place[0] in ids]
    first = await consumer.beginning_offsets(there)
    end = await consumer.end_offsets(there)
    return {place: Found(ids[place.topic], first[place], end[place]) for place in there}
