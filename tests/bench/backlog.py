"""Records waiting in Kafka, and how fast somebody who works them off publishes what follows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka import KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined] # the stubs forget it
from recado_chassis.producing.records import Record

from deploy.local.process import last_lines

_GLANCE = 0.02
_PATIENCE = 60.0
_PARTITIONS = 12


class Stuck(Exception):
    """What should come out does not."""


@dataclass(frozen=True)
class Flow:
    """How output came: events a second between the first ones and the last, and how long that was."""

    events: int
    seconds: float

    @property
    def rate(self) -> float:
        return self.events / self.seconds


def fill(bootstrap: str, records: Iterable[Record], topic: str) -> int:
    """Stores records, acknowledged by the broker; answers how many."""
    producer = Producer(
        {
            "bootstrap.servers": bootstrap,
            "acks": "all",
            "partitioner": "murmur2_random",
            "linger.ms": 20,
            "queue.buffering.max.messages": 1_000_000,
        }
    )
    failed: list[str] = []

    def delivered(error: KafkaError | None, _: object) -> None:
        if error is not None:
            failed.append(error.str())

    count = 0
    for record in records:
        producer.produce(topic, record.value, record.key, headers=list(record.headers), on_delivery=delivered)
        count += 1
        if count % 1000 == 0:
            producer.poll(0)
    if producer.flush(60) or failed:
        raise Stuck(f"the broker did not acknowledge the backlog: {failed[:3]}")
    return count


class Outlet:
    """The end of a topic: how many records it holds. Asking costs the broker next to nothing."""

    def __init__(self, bootstrap: str, topic: str) -> None:
        self._admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
        latest = OffsetSpec.latest()  # type: ignore[no-untyped-call]
        self._asked = {TopicPartition(topic, number): latest for number in range(_PARTITIONS)}

    def count(self) -> int:
        """A new topic has no leader for a moment."""
        for _ in range(50):
            try:
                return sum(answer.result().offset for answer in self._admin.list_offsets(self._asked).values())
            except KafkaException:
                time.sleep(0.1)
        raise Stuck("the broker does not tell where a topic ends")

    def flow(self, before: int, expected: int, alive: Callable[[], bool], begun: Callable[[], None], log: Path) -> Flow:
        """From the first records above what was there `before` until `expected` more are there."""
        first, first_at = 0, 0.0
        moved, moved_at = 0, time.monotonic()
        while True:
            now, seen = time.monotonic(), self.count() - before
            if seen and not first:
                first, first_at = seen, now
                begun()
            if seen >= expected:
                return Flow(seen - first, now - first_at)
            if seen > moved:
                moved, moved_at = seen, now
            if now - moved_at > _PATIENCE or not alive():
                raise Stuck(f"{seen} of {expected} events were published; see {log}:\n{last_lines(log)}")
            time.sleep(_GLANCE)
