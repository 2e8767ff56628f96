"""What every Kafka back end must do, whichever way it runs here."""

import asyncio
import uuid

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from confluent_kafka.admin import AdminClient

from deploy.local.provider import Kafka


async def create_topic(kafka: Kafka, name: str, partitions: int = 1) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name, num_partitions=partitions, replication_factor=1)])
    finally:
        await admin.close()


async def produce(kafka: Kafka, topic: str, values: list[bytes], partition: int = 0) -> None:
    async with AIOKafkaProducer(bootstrap_servers=kafka.bootstrap, acks="all", enable_idempotence=True) as producer:
        for value in values:
            await producer.send_and_wait(topic, value, partition=partition)


async def read(kafka: Kafka, topic: str, count: int) -> list[bytes]:
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=kafka.bootstrap, auto_offset_reset="earliest")
    async with consumer:
        return [(await asyncio.wait_for(consumer.getone(), 20)).value for _ in range(count)]


async def test_records_come_back_in_the_order_of_their_partition(kafka: Kafka, topic_prefix: str) -> None:
    topic = f"{topic_prefix}order"
    values = [str(number).encode() for number in range(50)]
    await create_topic(kafka, topic)
    await produce(kafka, topic, values)
    assert await read(kafka, topic, 50) == values


async def test_a_topic_that_nobody_created_does_not_come_into_being(kafka: Kafka, topic_prefix: str) -> None:
    topic = f"{topic_prefix}never-created"
    admin = AdminClient({"bootstrap.servers": kafka.bootstrap})
    await asyncio.to_thread(admin.list_topics, topic, 5)
    assert topic not in (await asyncio.to_thread(admin.list_topics, None, 5)).topics


async def test_a_second_member_of_a_group_takes_its_share_and_gives_it_back(kafka: Kafka, topic_prefix: str) -> None:
    topic = f"{topic_prefix}shared"
    await create_topic(kafka, topic, partitions=4)
    first, second = (member(kafka, topic, f"{topic_prefix}group") for _ in range(2))
    await first.start()
    await second.start()
    await until_assigned(first, 2)
    await until_assigned(second, 2)
    assert not first.assignment() & second.assignment()
    await second.stop()
    await until_assigned(first, 4)
    await first.stop()


@pytest.mark.long
async def test_a_stopped_broker_comes_back_on_its_port_with_its_records(own_kafka: Kafka) -> None:
    topic = await topic_with_one_record(own_kafka, b"before the stop")
    address = own_kafka.bootstrap
    await asyncio.to_thread(own_kafka.stop)
    await asyncio.to_thread(own_kafka.start)
    assert own_kafka.bootstrap == address
    assert await read(own_kafka, topic, 1) == [b"before the stop"]


async def test_a_killed_broker_comes_back_on_its_port_with_its_records(own_kafka: Kafka) -> None:
    topic = await topic_with_one_record(own_kafka, b"before the kill")
    address = own_kafka.bootstrap
    await asyncio.to_thread(own_kafka.kill)
    await asyncio.to_thread(own_kafka.start)
    assert own_kafka.bootstrap == address
    assert await read(own_kafka, topic, 1) == [b"before the kill"]


async def topic_with_one_record(kafka: Kafka, value: bytes) -> str:
    topic = f"kept-{uuid.uuid4().hex[:8]}"
    await create_topic(kafka, topic)
    await produce(kafka, topic, [value])
    return topic


def member(kafka: Kafka, topic: str, group: str) -> AIOKafkaConsumer:
    return AIOKafkaConsumer(
        topic, bootstrap_servers=kafka.bootstrap, group_id=group, heartbeat_interval_ms=300, enable_auto_commit=False
    )


async def until_assigned(consumer: AIOKafkaConsumer, partitions: int) -> None:
    async with asyncio.timeout(20):
        while len(consumer.assignment()) != partitions:
            await consumer.getmany(timeout_ms=50)
