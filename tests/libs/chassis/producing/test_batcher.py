"""Publishing on a healthy broker: order, partitions, and what is refused before it leaves."""

import asyncio
import time

import pytest
from aiokafka.partitioner import DefaultPartitioner
from recado_chassis.producing.producer import Batcher, Limits
from recado_chassis.producing.records import DeadlinePassed, Overloaded, ProducerFailed, Record, TooLarge, UnknownTopic
from recado_chassis.producing.topics import create_topics
from recado_events.catalogue import MIB

from deploy.local.provider import Kafka
from tests.libs.chassis.producing.topic_contents import contents, created, topic_of

TOPIC = topic_of("orders.v1")


async def test_records_of_a_key_are_stored_in_the_order_in_which_they_were_given(
    kafka: Kafka, topic_prefix: str
) -> None:
    created(kafka, TOPIC, topic_prefix)
    keys = [f"key-{number}".encode() for number in range(40)]
    async with Batcher(kafka.bootstrap, [TOPIC], topic_prefix) as batcher:
        await asyncio.gather(*(batcher.send(TOPIC.name, key, b"%d" % turn, []) for turn in range(100) for key in keys))
    stored = await contents(kafka, topic_prefix + TOPIC.name)
    assert len(stored) == 4000
    for key in keys:
        assert [int(record.value) for record in stored if record.key == key] == list(range(100))


async def test_a_key_goes_to_the_partition_every_kafka_client_would_choose(kafka: Kafka, topic_prefix: str) -> None:
    created(kafka, TOPIC, topic_prefix)
    async with Batcher(kafka.bootstrap, [TOPIC], topic_prefix) as batcher:
        await batcher.send_all([Record(TOPIC.name, f"k{number}".encode(), b"", []) for number in range(50)])
    stored = await contents(kafka, topic_prefix + TOPIC.name)
    chosen = DefaultPartitioner()
    assert {(r.key, r.partition) for r in stored} == {(r.key, chosen(r.key, [0, 1, 2, 3], [])) for r in stored}
    assert len({record.partition for record in stored}) == 4


async def test_key_value_and_headers_arrive_as_they_were_given(kafka: Kafka, topic_prefix: str) -> None:
    created(kafka, TOPIC, topic_prefix)
    headers = [("ce_id", b"1"), ("ce_id", b"again"), ("empty", b"")]
    async with Batcher(kafka.bootstrap, [TOPIC], topic_prefix) as batcher:
        await batcher.send(TOPIC.name, b"key", b"\x00\xff value", headers)
    (record,) = await contents(kafka, topic_prefix + TOPIC.name)
    assert (record.key, record.value, list(record.headers)) == (b"key", b"\x00\xff value", headers)


async def test_a_record_above_its_topics_limit_is_refused_alone(kafka: Kafka, topic_prefix: str) -> None:
    topic = created(kafka, topic_of("small.v1", max_message_bytes=20_000), topic_prefix)
    sizes = [10, 30_000, 19_800, 20_000]
    async with Batcher(kafka.bootstrap, [topic], topic_prefix) as batcher:
        with pytest.raises(TooLarge, match="max_message_bytes") as refused:
            await batcher.send_all([Record(topic.name, b"k", b"x" * size, []) for size in sizes])
        await batcher.send(topic.name, b"k", b"after", [])
    assert refused.value.indexes == (1, 3)
    stored = await contents(kafka, topic_prefix + topic.name)
    assert [len(record.value) for record in stored] == [10, 19_800, 5]


async def test_the_largest_record_a_topic_takes_is_stored(kafka: Kafka, topic_prefix: str) -> None:
    topic = created(kafka, topic_of("large.v1", max_message_bytes=4 * MIB), topic_prefix)
    async with Batcher(kafka.bootstrap, [topic], topic_prefix) as batcher:
        largest = 4 * MIB - 120
        await batcher.send_all([Record(topic.name, b"k", b"x" * size, []) for size in (5, largest, 5)])
    assert [len(r.value) for r in await contents(kafka, topic_prefix + topic.name)] == [5, largest, 5]


async def test_more_than_may_wait_is_refused_at_once(kafka: Kafka, topic_prefix: str) -> None:
    created(kafka, TOPIC, topic_prefix)
    limits = Limits(waiting_bytes=50_000)
    async with Batcher(kafka.bootstrap, [TOPIC], topic_prefix, limits) as batcher:
        waiting = [asyncio.create_task(batcher.send(TOPIC.name, b"k", b"x" * 10_000, [])) for _ in range(4)]
        await asyncio.sleep(0)
        started = time.monotonic()
        with pytest.raises(Overloaded, match="wait for Kafka"):
            await batcher.send(TOPIC.name, b"k", b"x" * 10_000, [])
        assert time.monotonic() - started < 0.05
        await asyncio.gather(*waiting)
        await batcher.send(TOPIC.name, b"k", b"x" * 10_000, [])


async def test_a_topic_outside_the_catalogue_given_is_refused(kafka: Kafka, topic_prefix: str) -> None:
    created(kafka, TOPIC, topic_prefix)
    async with Batcher(kafka.bootstrap, [TOPIC], topic_prefix) as batcher:
        with pytest.raises(UnknownTopic, match="else"):
            await batcher.send("else", b"k", b"", [])


async def test_a_topic_created_late_is_found_without_a_restart(kafka: Kafka, topic_prefix: str) -> None:
    async with Batcher(kafka.bootstrap, [TOPIC], topic_prefix, Limits(seconds=1.0)) as batcher:
        with pytest.raises(DeadlinePassed):
            await batcher.send(TOPIC.name, b"k", b"early", [])
        assert not batcher.ready()
        create_topics(kafka.bootstrap, [TOPIC], topic_prefix)
        async with asyncio.timeout(20):
            while not batcher.ready():
                await asyncio.sleep(0.05)
        await batcher.send(TOPIC.name, b"k", b"late", [])
    assert [record.value for record in await contents(kafka, topic_prefix + TOPIC.name)] == [b"late"]


async def test_a_refused_batch_fails_all_that_waits_and_the_next_producer_goes_on(
    kafka: Kafka, topic_prefix: str
) -> None:
    broker_takes = created(kafka, topic_of("shrunk.v1", partitions=1, max_message_bytes=5_000), topic_prefix)
    believed = topic_of("shrunk.v1", partitions=1, max_message_bytes=50_000)
    async with Batcher(kafka.bootstrap, [believed], topic_prefix) as batcher:
        await batcher.send(believed.name, b"k", b"before", [])
        sends = [batcher.send(believed.name, b"k", b"x" * size, []) for size in (20_000, 10, 10)]
        outcomes = await asyncio.gather(*sends, return_exceptions=True)
        assert {type(outcome) for outcome in outcomes} == {ProducerFailed}
        await batcher.send(believed.name, b"k", b"after", [])
    stored = [record.value for record in await contents(kafka, topic_prefix + broker_takes.name)]
    assert stored == [b"before", b"after"]


async def test_leaving_waits_for_what_is_in_flight(kafka: Kafka, topic_prefix: str) -> None:
    created(kafka, TOPIC, topic_prefix)
    async with Batcher(kafka.bootstrap, [TOPIC], topic_prefix) as batcher:
        await batcher.send(TOPIC.name, b"k", b"first", [])
        last = [asyncio.create_task(batcher.send(TOPIC.name, b"k%d" % n, b"last", [])) for n in range(20)]
        await asyncio.sleep(0)
    assert await asyncio.gather(*last) == [None] * 20
    assert len(await contents(kafka, topic_prefix + TOPIC.name)) == 21
