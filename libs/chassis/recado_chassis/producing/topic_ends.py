"""The last record of each partition of a topic: what a service has told before, whatever its database remembers."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from uuid import UUID

from aiokafka import AIOKafkaConsumer, TopicPartition

from recado_chassis.producing.headers import BadHeaders, read_envelope
from recado_chassis.producing.records import UnknownTopic

_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Told:
    """An event that stands last in its partition."""

    source: str
    position: int
    event_id: UUID


async def last_told(bootstrap: str, topic: str) -> list[Told]:
    """Of every partition that still holds a record. Raises UnknownTopic, KafkaError, OSError or TimeoutError (10 s)."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset="none", request_timeout_ms=5_000
    )
    try:
        async with asyncio.timeout(_SECONDS):
            await consumer.start()
            return await _read_last(consumer, topic)
    finally:
        await consumer.stop()


async def _read_last(consumer: AIOKafkaConsumer, topic: str) -> list[Told]:
    await consumer._client.set_topics([topic])
    places = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()]
    if not places:
        raise UnknownTopic(f"{topic} does not exist: run `recado topics create`")
    begins = await consumer.beginning_offsets(places)
    ends = await consumer.end_offsets(places)
    waiting = {place for place in places if ends[place] > begins[place]}
    consumer.assign(list(waiting))
    for place in waiting:
        consumer.seek(place, ends[place] - 1)
    told: list[Told] = []
    while waiting:
        for place, records in (await consumer.getmany(timeout_ms=200)).items():
            waiting.discard(place)
            told += _told(records[-1].headers)
    return told


def _told(headers: tuple[tuple[str, bytes], ...]) -> list[Told]:
    try:
        envelope = read_envelope(headers)
    except BadHeaders:
        return []  # no relay wrote that
    return [Told(envelope.source or "", envelope.position or 0, envelope.id)]
