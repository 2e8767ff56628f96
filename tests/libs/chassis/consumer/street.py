"""A real broker with the ear's topics on it, and consumers that run while a test looks on."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace

from confluent_kafka import Consumer as Reader
from confluent_kafka import Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from recado_chassis.consuming.consumer import Consumer
from recado_chassis.consuming.history import Owners
from recado_chassis.consuming.subscription import Pace
from recado_chassis.producing.topics import create_topics
from recado_chassis.store import InboxRow, Store

from tests.libs.chassis.consumer.ear import MOUTH, STREET, Ear, Raw

QUICK = Pace(check_every=0.5, patience=3.0, longest_wait=30.0, session=3.0, metadata_age=2.0)


@dataclass(frozen=True)
class Street:
    """Topics of one test on a broker."""

    bootstrap: str
    prefix: str

    def build(self) -> None:
        create_topics(self.bootstrap, [MOUTH, STREET], self.prefix)

    def demolish(self, topic: str = MOUTH.name) -> None:
        admin = self._admin()
        for deletion in admin.delete_topics([self.prefix + topic], operation_timeout=10).values():
            deletion.result()

    def forget(self, before: int, partition: int = 0, topic: str = MOUTH.name) -> None:
        """As retention does it."""
        admin, place = self._admin(), TopicPartition(self.prefix + topic, partition, before)
        for deletion in admin.delete_records([place]).values():
            deletion.result()

    def tell(self, records: Iterable[Raw]) -> None:
        """Each to its own partition, in order. Offsets are Kafka's; those of the records only gave positions."""
        producer = Producer({"bootstrap.servers": self.bootstrap, "acks": "all", "linger.ms": 1, "log_level": 0})
        for record in records:
            producer.produce(
                self.prefix + record.topic,
                value=record.value,
                key=record.key,
                partition=record.partition,
                headers=list(record.headers),
            )
        assert producer.flush(30) == 0

    def committed(self, group: str, partition: int = 0, topic: str = MOUTH.name) -> int:
        """What Kafka shows of a group."""
        reader = Reader({"bootstrap.servers": self.bootstrap, "group.id": self.prefix + group, "log_level": 0})
        try:
            return int(reader.committed([TopicPartition(self.prefix + topic, partition)], timeout=10)[0].offset)
        finally:
            reader.close()

    def members(self, group: str) -> int:
        admin, name = self._admin(), self.prefix + group
        return len(admin.describe_consumer_groups([name])[name].result().members)

    def consumer(
        self, store: Store, ear: Ear | None = None, pace: Pace = QUICK, owners: Owners | None = None
    ) -> Consumer:
        return Consumer((ear or Ear()).service(store), self.bootstrap, self.prefix, pace=pace, owners=owners)

    def row(self, store: Store, partition: int = 0, topic: str = MOUTH.name) -> InboxRow:
        return next(row for row in store.inbox() if (row.topic, row.partition) == (self.prefix + topic, partition))

    def _admin(self) -> AdminClient:
        return AdminClient({"bootstrap.servers": self.bootstrap, "log_level": 0})


@asynccontextmanager
async def running(*consumers: Consumer) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(consumer.run()) for consumer in consumers]
    try:
        yield
    finally:
        for task in tasks:
            await stop(task)


async def stop(task: "asyncio.Task[None]") -> None:
    """As SIGTERM does it."""
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def eventually(holds: Callable[[], bool] | Callable[[], Awaitable[bool]], within: float = 20.0) -> None:
    """Waits until it is so; questions that block are asked in a thread."""
    deadline = asyncio.get_running_loop().time() + within
    while True:
        answer = await asyncio.to_thread(holds)
        if await answer if inspect.isawaitable(answer) else answer:
            return
        assert asyncio.get_running_loop().time() < deadline, f"not so within {within} s: {inspect.getsource(holds)}"
        await asyncio.sleep(0.02)


async def remains(holds: Callable[[], bool], for_seconds: float) -> None:
    """Looks again and again that it stays so."""
    deadline = asyncio.get_running_loop().time() + for_seconds
    while asyncio.get_running_loop().time() < deadline:
        assert await asyncio.to_thread(holds), f"not so any more: {inspect.getsource(holds)}"
        await asyncio.sleep(0.05)


def on_partitions(records: Iterable[Raw], partitions: int = MOUTH.partitions) -> list[Raw]:
    """The same records with each subject in a partition of its own choosing, positions rising as they stand."""
    return [replace(record, partition=sum(record.key or b"") % partitions) for record in records]
