"""Publishing while the broker stops, dies or freezes: nothing acknowledged is lost, and every answer comes in time."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest
from recado_chassis.producing.producer import Batcher, Limits
from recado_chassis.producing.records import NotAcknowledged
from recado_events.catalogue import Topic

from deploy.local.provider import Kafka
from tests.libs.chassis.producing.freezing import frozen
from tests.libs.chassis.producing.topic_contents import contents, created, topic_of

SECONDS = 2.0


@pytest.fixture
def topic(own_kafka: Kafka) -> Topic:
    return created(own_kafka, topic_of(f"orders-{uuid.uuid4().hex[:8]}.v1"))


@pytest.fixture
async def batcher(own_kafka: Kafka, topic: Topic) -> AsyncIterator[Batcher]:
    async with Batcher(own_kafka.bootstrap, [topic], limits=Limits(seconds=SECONDS)) as batcher:
        yield batcher


@dataclass
class Writer:
    """Writes 0, 1, 2 … under one key, each until it is acknowledged, as a caller does who is answered 503."""

    batcher: Batcher
    topic: Topic
    key: bytes
    acknowledged: int = 0
    at_once: list[int] = field(default_factory=list)
    slowest: float = 0.0
    stop: bool = False

    async def run(self) -> None:
        while not self.stop:
            repeated = False
            while not await self._sent():
                repeated = True
            if not repeated:
                self.at_once.append(self.acknowledged)
            self.acknowledged += 1

    async def _sent(self) -> bool:
        started = time.monotonic()
        try:
            await self.batcher.send(self.topic.name, self.key, b"%d" % self.acknowledged, [])
        except NotAcknowledged:
            await asyncio.sleep(0.05)
            return False
        finally:
            self.slowest = max(self.slowest, time.monotonic() - started)
        return True


async def goes_on(writers: list[Writer], by: int = 20) -> None:
    """Until every writer has made some progress again."""
    aims = [writer.acknowledged + by for writer in writers]
    async with asyncio.timeout(60):
        while any(writer.acknowledged < aim for writer, aim in zip(writers, aims, strict=True)):
            await asyncio.sleep(0.05)


async def check(kafka: Kafka, topic: Topic, writers: list[Writer]) -> None:
    """Every acknowledged record is there, in order; those acknowledged at the first attempt exactly once."""
    stored = await contents(kafka, topic.name)
    for writer in writers:
        values = [int(record.value) for record in stored if record.key == writer.key]
        firsts = list(dict.fromkeys(values))
        assert set(range(writer.acknowledged)) <= set(values)
        assert firsts == sorted(firsts)
        assert [number for number in writer.at_once if values.count(number) != 1] == []


async def test_nothing_acknowledged_is_lost_or_doubled_when_the_broker_goes_and_comes_back(
    own_kafka: Kafka, topic: Topic, batcher: Batcher
) -> None:
    writers = [Writer(batcher, topic, f"key-{number}".encode()) for number in range(8)]
    tasks = [asyncio.create_task(writer.run()) for writer in writers]
    for end in (own_kafka.stop, own_kafka.kill):
        await goes_on(writers)
        await asyncio.to_thread(end)
        await asyncio.sleep(SECONDS)
        await asyncio.to_thread(own_kafka.start)
        await goes_on(writers)
    for writer in writers:
        writer.stop = True
    await asyncio.gather(*tasks)
    assert max(writer.slowest for writer in writers) < SECONDS + 1.0
    await check(own_kafka, topic, writers)


async def test_a_frozen_broker_is_answered_for_within_the_deadline(
    own_kafka: Kafka, topic: Topic, batcher: Batcher
) -> None:
    await batcher.send(topic.name, b"k", b"before", [])
    with frozen(own_kafka):
        started = time.monotonic()
        sends = [batcher.send(topic.name, b"k%d" % number, b"meanwhile", []) for number in range(50)]
        outcomes = await asyncio.gather(*sends, return_exceptions=True)
        assert time.monotonic() - started < SECONDS + 0.5
        assert all(isinstance(outcome, NotAcknowledged) for outcome in outcomes)
        with pytest.raises(NotAcknowledged):
            await batcher.send(topic.name, b"k", b"still", [])
        assert not batcher.ready()
    thawed = time.monotonic()
    await until_ready(batcher)
    await batcher.send(topic.name, b"k", b"after", [])
    assert time.monotonic() - thawed < 10
    stored = [record.value for record in await contents(own_kafka, topic.name) if record.key == b"k"]
    assert [value for value in stored if value != b"still"] == [b"before", b"after"]


async def test_a_request_whose_answer_was_lost_is_repeated_and_stored_once(own_kafka: Kafka, topic: Topic) -> None:
    limits = Limits(seconds=6.0)  # a request is given up after six tenths of it, and repeated
    async with Batcher(own_kafka.bootstrap, [topic], limits=limits) as batcher:
        await batcher.send(topic.name, b"k", b"before", [])
        with frozen(own_kafka):
            sends = [asyncio.create_task(batcher.send(topic.name, b"k", b"%d" % n, [])) for n in range(5)]
            await asyncio.sleep(4.2)
        await asyncio.gather(*sends)
    assert [r.value for r in await contents(own_kafka, topic.name)] == [b"before", *(b"%d" % n for n in range(5))]


async def test_what_waits_during_an_outage_is_bounded(own_kafka: Kafka, topic: Topic) -> None:
    limits = Limits(seconds=SECONDS, waiting_bytes=100_000)
    async with Batcher(own_kafka.bootstrap, [topic], limits=limits) as batcher:
        await batcher.send(topic.name, b"k", b"before", [])
        with frozen(own_kafka):
            started = time.monotonic()
            sends = [batcher.send(topic.name, b"k", b"x" * 1_000, []) for _ in range(500)]
            outcomes = await asyncio.gather(*sends, return_exceptions=True)
            assert time.monotonic() - started < SECONDS + 0.5
        refused = sum("bytes wait for Kafka" in str(outcome) for outcome in outcomes)
        assert 400 < refused < 450
        await until_ready(batcher)
        writer = Writer(batcher, topic, b"k", stop=False)
        after = asyncio.create_task(writer.run())
        await goes_on([writer])
        writer.stop = True
        await after


async def test_what_a_caller_gave_up_before_it_left_is_not_sent(
    own_kafka: Kafka, topic: Topic, batcher: Batcher
) -> None:
    await batcher.send(topic.name, b"k", b"before", [])
    with frozen(own_kafka):
        in_flight = asyncio.create_task(batcher.send(topic.name, b"k", b"in flight", []))
        await asyncio.sleep(0.1)
        behind = asyncio.create_task(batcher.send(topic.name, b"k", b"given up", []))
        await asyncio.sleep(0.1)
        behind.cancel()
        await asyncio.gather(behind, return_exceptions=True)
    await in_flight
    await batcher.send(topic.name, b"k", b"after", [])
    assert [r.value for r in await contents(own_kafka, topic.name)] == [b"before", b"in flight", b"after"]


async def test_an_idle_producer_notices_that_its_broker_is_gone(
    own_kafka: Kafka, topic: Topic, batcher: Batcher
) -> None:
    await batcher.send(topic.name, b"k", b"before", [])
    assert batcher.ready()
    await asyncio.to_thread(own_kafka.stop)
    async with asyncio.timeout(12):
        while batcher.ready():
            await asyncio.sleep(0.1)
    await asyncio.to_thread(own_kafka.start)
    await until_ready(batcher)
    await batcher.send(topic.name, b"k", b"after", [])


async def test_leaving_while_the_broker_is_frozen_takes_no_longer_than_the_deadline(
    own_kafka: Kafka, topic: Topic
) -> None:
    tasks = asyncio.all_tasks()
    with ExitStack() as until_left:
        async with Batcher(own_kafka.bootstrap, [topic], limits=Limits(seconds=SECONDS)) as batcher:
            await batcher.send(topic.name, b"k", b"before", [])
            until_left.enter_context(frozen(own_kafka))
            sends = [asyncio.create_task(batcher.send(topic.name, b"k", b"held", [])) for _ in range(10)]
            await asyncio.sleep(0.1)
            left = time.monotonic()
        assert time.monotonic() - left < SECONDS + 1.0
    outcomes = await asyncio.gather(*sends, return_exceptions=True)
    assert all(isinstance(outcome, NotAcknowledged) for outcome in outcomes)
    assert asyncio.all_tasks() - {*sends} == tasks


async def until_ready(batcher: Batcher) -> None:
    async with asyncio.timeout(20):
        while not batcher.ready():
            await asyncio.sleep(0.05)
