"""Hands batches to a service without Kafka, and stores that fail where a test wants them to."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

from recado_chassis.consuming.batch import Batch
from recado_chassis.consuming.decoding import Decoder, KafkaRecord, Place
from recado_chassis.service import Service
from recado_chassis.store import Changes, Conflict, InboxRow, Session, Store, Unavailable
from recado_chassis.storing.memory import MemoryStore

from tests.libs.chassis.consumer.ear import MOUTH

Fault = Literal["before", "after", "conflict", "none"]


def rows_of(store: Store) -> dict[Place, InboxRow]:
    return {(row.topic, row.partition): row for row in store.inbox()}


def begin(store: Store, partitions: int = 1, topic: str = MOUTH.name) -> None:
    for partition in range(partitions):
        store.adopt(InboxRow(topic, partition, "topic-id", 0))


def batch_of(service: Service, records: Iterable[KafkaRecord], rows: dict[Place, InboxRow] | None = None) -> Batch:
    """`rows` are those a worker remembers; those of the database if it remembers none."""
    decoder = Decoder(service.hears)
    known = rows if rows is not None else rows_of(service.streams.store)
    return Batch(service.streams, known, [decoder.read(record) for record in records], sleep=lambda _: None)


def hand(service: Service, records: Iterable[KafkaRecord], rows: dict[Place, InboxRow] | None = None) -> Batch:
    """Works a batch off, as far as one batch goes, through whatever outage there is."""
    batch = batch_of(service, records, rows)
    while True:
        try:
            batch.work_off()
            return batch
        except (Conflict, Unavailable):
            continue


class FaultyStore(MemoryStore):
    """Breaks off at commits, in this order: `before` they happen or `after` (then the answer is lost)."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__()
        self.faults = list(faults)

    @contextmanager
    def session(self, *, locked: bool = False) -> Iterator[Session]:  # type: ignore[override]
        with super().session(locked=locked) as session:
            commit = session.commit

            def faulty(changes: Changes) -> int:
                fault = self.faults.pop(0) if self.faults else "none"
                if fault == "before":
                    raise Unavailable("the connection broke")
                if fault == "conflict":
                    raise Conflict("somebody else was faster")
                position = commit(changes)
                if fault == "after":
                    raise Unavailable("the answer was lost")
                return position

            session.commit = faulty  # type: ignore[method-assign]
            yield session
