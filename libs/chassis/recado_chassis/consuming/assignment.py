"""The partitions one worker holds: which flow and from where, which wait and why, how far each is behind."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition

from recado_chassis.consuming.batch import Batch
from recado_chassis.consuming.decoding import KafkaRecord, Place
from recado_chassis.metrics import CONSUMED, LAG
from recado_chassis.store import InboxRow

UNCHECKED = "not checked yet"

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Lag:
    """Records still to be read, and since when the partition has stood at this offset with some before it."""

    records: int
    at_offset: int
    since: datetime


class Assignment:
    """Begins anew with every rebalance. Reads and writes no database; seeks, pauses and resumes at Kafka's client."""

    def __init__(self) -> None:
        self.rows: dict[Place, InboxRow] = {}
        """Of the partitions that flow."""
        self.waiting: dict[Place, str] = {}
        self.lags: dict[Place, Lag] = {}
        self._consumer: AIOKafkaConsumer | None = None

    def begin(self, consumer: AIOKafkaConsumer, places: Iterable[Place]) -> None:
        """Nothing may be read from where Kafka's group happens to stand: all wait until they were checked."""
        self.end()
        self._consumer = consumer
        for place in places:
            consumer.seek(TopicPartition(*place), 0)
            self.hold(place, UNCHECKED)

    def end(self) -> None:
        for place in (*self.rows, *self.waiting):
            LAG.remove(*place)
        self.rows.clear()
        self.waiting.clear()
        self.lags.clear()
        self._consumer = None

    def held(self) -> frozenset[Place] | None:
        """Of the group, those that are this worker's; None while it is in no group and nobody can say."""
        return None if self._consumer is None else frozenset((*self.rows, *self.waiting))

    def holds(self, place: Place) -> bool:
        return place in self.rows or place in self.waiting

    def hold(self, place: Place, why: str) -> None:
        """The partition waits; others flow."""
        self.rows.pop(place, None)
        self.waiting[place] = why
        if client := self._client_of(place):
            client.pause(TopicPartition(*place))

    def flow(self, row: InboxRow) -> None:
        """The partition is read from where its row says."""
        place = row.topic, row.partition
        self.waiting.pop(place, None)
        self.rows[place] = row
        if client := self._client_of(place):
            client.seek(TopicPartition(*place), row.next_offset)
            client.resume(TopicPartition(*place))

    def admit(self, records: Sequence[KafkaRecord]) -> list[KafkaRecord]:
        """Those that begin exactly where their partition stands; the others were fetched before a seek."""
        admitted: list[KafkaRecord] = []
        for place, of_place in groupby(records, lambda record: (record.topic, record.partition)):
            row, found = self.rows.get(place), list(of_place)
            if row is not None and found[0].offset == row.next_offset:
                admitted += found
            elif row is not None:
                _log.info("sought again", topic=place[0], partition=place[1], found=found[0].offset, at=row.next_offset)
                self.flow(row)
        return admitted

    def settle(self, batch: Batch) -> None:
        """Takes over where a batch has left its partitions, as far as they are still held."""
        for (topic, partition, outcome), count in batch.outcomes.items():
            CONSUMED.labels(topic, partition, outcome).inc(count)
        for place in batch.rows.keys() & self.rows.keys():
            self.rows[place] = batch.rows[place]
        self.read_again(batch.unfinished)

    def read_again(self, places: Iterable[Place]) -> None:
        for place in places:
            if row := self.rows.get(place):
                self.flow(row)

    def lagging(self, place: Place, end: int, now: datetime) -> None:
        """Notes where Kafka ends."""
        row, before = self.rows.get(place), self.lags.get(place)
        if row is None:
            return
        records = max(0, end - row.next_offset)
        stands = before is not None and before.records and before.at_offset == row.next_offset
        since = before.since if before is not None and stands else now
        self.lags[place] = Lag(records, row.next_offset, since)
        LAG.labels(*place).set(records)

    def waits_behind(self, place: Place, records: int) -> None:
        """Shown of a partition of which nothing is read for now."""
        LAG.labels(*place).set(records)

    def stalled(self, now: datetime, after: timedelta) -> list[Place]:
        """Partitions with records to read that have not moved for this long."""
        return [
            place for place, lag in self.lags.items() if place in self.rows and lag.records and now - lag.since >= after
        ]

    def _client_of(self, place: Place) -> AIOKafkaConsumer | None:
        # Kafka may have taken the partition away a moment ago; the client refuses what is not its own.
        return self._consumer if self._consumer and place in self._consumer.assignment() else None
