"""What a topic holds, read from its beginning to its end, and a topic to hold it."""

import asyncio

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from recado_chassis.producing.topics import create_topics
from recado_events.catalogue import MIB, Topic

from deploy.local.provider import Kafka


def topic_of(name: str, partitions: int = 4, max_message_bytes: int = MIB) -> Topic:
    return Topic(
        name=name,
        owner="shop",
        key="order",
        data_class="internal",
        summary="For tests.",
        partitions=partitions,
        max_message_bytes=max_message_bytes,
    )


def created(kafka: Kafka, topic: Topic, prefix: str = "") -> Topic:
    create_topics(kafka.bootstrap, [topic], prefix)
    return topic


async def contents(kafka: Kafka, topic: str) -> list[ConsumerRecord]:
    """All records, each partition in its order, one partition after the other."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka.bootstrap, enable_auto_commit=False)
    async with consumer:
        await consumer._client.set_topics([topic])
        while not consumer.partitions_for_topic(topic):
            await asyncio.sleep(0.05)  # a broker that was frozen or killed may know of nothing for a moment
            await consumer._client.force_metadata_update()
        places = sorted(TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic))
        expected = sum((await consumer.end_offsets(places)).values())
        consumer.assign(places)
        await consumer.seek_to_beginning()
        found: dict[TopicPartition, list[ConsumerRecord]] = {place: [] for place in places}
        while sum(map(len, found.values())) < expected:
            for place, records in (await consumer.getmany(timeout_ms=100)).items():
                found[place] += records
    return [record for place in places for record in found[place]]
