"""One life of an idempotent producer: a lane a partition, one batch in flight in each, dead after the first failure."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from aiokafka import AIOKafkaProducer
from aiokafka.partitioner import murmur2
from recado_events.catalogue import Topic

from recado_chassis.crash import crash
from recado_chassis.metrics import PRODUCER_BATCHES, PRODUCER_RECORDS
from recado_chassis.producing.kafka_producer import discard, new_producer
from recado_chassis.producing.records import Delivery, Done, NotAcknowledged, ProducerFailed, Record

BATCH_RECORDS = 4_000
_KEYS_REMEMBERED = 100_000


def tell(future: asyncio.Future[None], error: NotAcknowledged | None) -> None:
    """Tells a future how a delivery ended, unless whoever waited for it has gone."""
    if future.done():
        return
    if error is None:
        future.set_result(None)
    else:
        future.set_exception(error)


class Lane:
    """The way to one partition. What arrives while a batch is in flight makes the next batch: no timer, no linger."""

    __slots__ = ("_batches", "_lanes", "_partition", "_records", "_sending", "_since", "_topic", "_waiting", "task")

    def __init__(self, lanes: Lanes, topic: str, partition: int) -> None:
        self._lanes = lanes
        self._topic = topic
        self._partition = partition
        self._waiting: deque[tuple[Record, Delivery]] = deque()
        self._sending: list[Delivery] = []
        self._since = 0.0
        self._batches = PRODUCER_BATCHES.labels(topic)
        self._records = PRODUCER_RECORDS.labels(topic)
        self.task: asyncio.Task[None] | None = None

    def put(self, record: Record, delivery: Delivery) -> None:
        self._waiting.append((record, delivery))
        if self.task is None:
            self.task = asyncio.create_task(self._run())

    def expire(self, now: float) -> bool:
        """Lets go whoever has waited long enough; False when the batch in flight itself is overdue."""
        for delivery in self._sending:
            if delivery.deadline <= now:
                delivery.expire()
        for _, delivery in self._waiting:
            if delivery.deadline <= now:
                delivery.expire()
        while self._waiting and self._waiting[0][1].abandoned:
            self._waiting.popleft()[1].settle()
        return not self._sending or now < self._since + self._lanes.deadline

    def fail(self, reason: str) -> None:
        for delivery in self._sending:
            delivery.fail(reason)
        for _, delivery in self._waiting:
            delivery.fail(reason)
        self._waiting.clear()

    async def _run(self) -> None:
        try:
            while self._waiting:
                await self._send_next()
        except Exception as error:  # noqa: BLE001 - whatever it is, order is only safe on a fresh producer
            self._lanes.fail(f"{type(error).__name__} on {self._topic}/{self._partition}")
        finally:
            self.task = None

    async def _send_next(self) -> None:
        batch = self._lanes.producer.create_batch()
        waiting, append, take = self._waiting, batch.append, self._sending.append
        while waiting and len(self._sending) < BATCH_RECORDS:
            (_, key, value, headers), delivery = waiting[0]
            if delivery.abandoned:
                delivery.settle()
            elif append(timestamp=None, key=key, value=value, headers=headers) is None:
                break
            else:
                take(delivery)
            waiting.popleft()
        if not self._sending:
            return
        crash("producer.before_send")
        self._since = self._lanes.time()
        delivered = await self._lanes.producer.send_batch(batch, self._topic, partition=self._partition)
        await delivered
        crash("producer.after_ack")
        sent, self._sending = self._sending, []
        for delivery in sent:
            delivery.settle()
        self._batches.inc()
        self._records.inc(len(sent))


class Lanes:
    """Publishes until the first failure; then everything it holds fails with ProducerFailed, and so does every call."""

    def __init__(
        self,
        producer: AIOKafkaProducer,
        partitions: Mapping[str, int],
        prefix: str,
        deadline: float,
        on_failed: Callable[[str], None],
    ) -> None:
        self.producer = producer
        self.deadline = deadline
        self.failed: str | None = None
        self._on_failed = on_failed
        self._lanes = {
            topic: [Lane(self, prefix + topic, partition) for partition in range(count)]
            for topic, count in partitions.items()
        }
        self._by_key: dict[tuple[str, bytes], Lane] = {}
        self.time = asyncio.get_running_loop().time
        self._ticking = asyncio.create_task(self._tick())

    @classmethod
    async def open(
        cls,
        bootstrap: str,
        topics: Iterable[Topic],
        prefix: str = "",
        deadline: float = 5.0,
        on_failed: Callable[[str], None] = lambda _: None,
    ) -> Lanes:
        """Connects, within `deadline` seconds. Raises KafkaError, TimeoutError, OSError or UnknownTopic."""
        names = [topic.name for topic in topics]
        producer, partitions = await new_producer(bootstrap, [prefix + name for name in names], deadline)
        counts = {name: partitions[prefix + name] for name in names}
        return cls(producer, counts, prefix, deadline, on_failed)

    def give(
        self, records: Sequence[Record], by: float, done: Done, release: Callable[[], None] = lambda: None
    ) -> Delivery:
        """Puts records on their way, in order for each key; `done` is told None when all are acknowledged, or
        ProducerFailed or, at the loop's time `by`, DeadlinePassed.

        `release` is called once, when nothing of them is held any more. Raises ProducerFailed after a failure.
        """
        if self.failed is not None:
            raise ProducerFailed(self.failed)
        delivery = Delivery(len(records), by, done, release)
        for record in records:
            lane = self._by_key.get((record.topic, record.key)) or self._lane_of(record.topic, record.key)
            lane.put(record, delivery)
        return delivery

    def deliver(self, records: Sequence[Record], by: float) -> asyncio.Future[None]:
        """As `give`, to a future."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.give(records, by, partial(tell, future))
        return future

    def fail(self, reason: str) -> None:
        """Ends this life. Idempotent."""
        if self.failed is None:
            self._end(reason)
            self._on_failed(reason)

    async def close(self) -> None:
        """Lets what is in flight arrive, up to the deadline; what did not is failed. Leaves nothing running."""
        tasks = [lane.task for lane in self._all() if lane.task is not None]
        if tasks and self.failed is None:
            await asyncio.wait(tasks, timeout=self.deadline)
        self._end("the producer was closed")
        self._ticking.cancel()
        await discard(self.producer)
        for lane in self._all():
            if lane.task is not None:
                lane.task.cancel()

    def _end(self, reason: str) -> None:
        if self.failed is None:
            self.failed = reason
            for lane in self._all():
                lane.fail(reason)

    async def reachable(self, seconds: float) -> bool:
        """Whether the cluster answers now."""
        try:
            async with asyncio.timeout(seconds):
                return bool(await self.producer.client.force_metadata_update())
        except TimeoutError:
            return False

    async def _tick(self) -> None:
        """Deadlines. A batch that is not acknowledged within one is a failed send: nobody waits for it any more."""
        while self.failed is None:
            await asyncio.sleep(min(0.1, self.deadline / 10))
            now = self.time()
            overdue = [lane for lane in self._all() if not lane.expire(now)]
            if overdue:
                self.fail(f"no acknowledgement within {self.deadline:g} s")

    def _lane_of(self, topic: str, key: bytes) -> Lane:
        lanes = self._lanes[topic]
        lane: Lane = lanes[(murmur2(key) & 0x7FFFFFFF) % len(lanes)]
        if len(self._by_key) >= _KEYS_REMEMBERED:
            self._by_key.clear()
        self._by_key[topic, key] = lane
        return lane

    def _all(self) -> Iterable[Lane]:
        return (lane for lanes in self._lanes.values() for lane in lanes)
