"""Topics whose beginning is gone before they were ever heard: who reads their history, and when."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from recado_chassis.consuming.assignment import Assignment
from recado_chassis.consuming.decoding import Decoder, Place
from recado_chassis.consuming.history import HISTORY, WAITS, History, Owners, OwnerUnavailable
from recado_chassis.store import Conflict, Fenced, InboxRow, Unavailable
from recado_chassis.streams import Streams

_PAUSE = 1.0

_log = structlog.get_logger()


class Late:
    """The worker that holds a topic's first partition reads for all of them; its rows keep two from doing so."""

    def __init__(self, streams: Streams, decoder: Decoder, owners: Owners, assignment: Assignment) -> None:
        self.reasons: dict[str, str] = {}
        """Why the history of a topic cannot be read at the moment."""
        self._streams = streams
        self._decoder = decoder
        self._owners = owners
        self._assignment = assignment
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def topics(
        self, consumer: AIOKafkaConsumer, fresh: Iterable[Place], rows: Mapping[Place, InboxRow]
    ) -> frozenset[str]:
        """Of the topics of `fresh` partitions, those never heard yet of which some partition has lost its beginning."""
        heard = {topic for (topic, number), row in rows.items() if row.paused != WAITS and number != HISTORY}
        unheard = {topic for topic, _ in fresh} - heard
        return frozenset([topic for topic in unheard if await self._is_late(consumer, topic)])

    async def _is_late(self, consumer: AIOKafkaConsumer, topic: str) -> bool:
        if self._decoder.is_raw(topic) or not self._owners.knows(self._decoder.topic(topic).owner):
            return False
        return any((await consumer.beginning_offsets(_partitions(consumer, topic))).values())

    def look(self, consumer: AIOKafkaConsumer) -> None:
        """Begins to read what waits and is ours to read. Why it cannot be read is said by nobody else."""
        for topic in self._decoder.topics:
            ours = self._assignment.waiting.get((topic, 0)) == WAITS
            task = self._tasks.get(topic)
            if not ours:
                self.reasons.pop(topic, None)
            elif task is None or task.done():
                self._tasks[topic] = asyncio.create_task(self._read(consumer, topic))

    async def stop(self) -> None:
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        self._tasks.clear()

    async def _read(self, consumer: AIOKafkaConsumer, topic: str) -> None:
        try:
            ends = await consumer.end_offsets(_partitions(consumer, topic))
            history = History(self._streams, self._decoder, self._owners, topic)
            await history.read({place.partition: end for place, end in ends.items()})
            self.reasons.pop(topic, None)
        except (OwnerUnavailable, Unavailable, Conflict, Fenced, KafkaError) as error:
            self.reasons[topic] = f"{topic}: {error}"
            _log.warning("history waits", topic=topic, error=str(error))
            await asyncio.sleep(_PAUSE)


def _partitions(consumer: AIOKafkaConsumer, topic: str) -> list[TopicPartition]:
    return [TopicPartition(topic, number) for number in sorted(consumer.partitions_for_topic(topic) or ())]
