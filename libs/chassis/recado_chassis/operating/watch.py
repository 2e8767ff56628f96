"""What a topic gets from now on, for commands that wait for something; no group reads it, and nothing is committed."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from confluent_kafka import Consumer, KafkaException, TopicPartition

from recado_chassis.producing.topics import KafkaUnavailable

_SECONDS = 10.0
_PAUSE = 0.05


class Watch:
    """Of one topic, by Kafka's name. Raises KafkaUnavailable, also where there is no such topic."""

    def __init__(self, kafka: str, topic: str) -> None:
        self._consumer = Consumer(
            {"bootstrap.servers": kafka, "group.id": "recado-watch", "enable.auto.commit": False, "log_level": 0}
        )
        try:
            self._consumer.assign([self._end(topic, number) for number in self._partitions(topic)])
        except KafkaException as error:
            self._consumer.close()
            raise KafkaUnavailable(f"Kafka at {kafka} does not tell where {topic} ends: {error}") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self._consumer.close()

    def sees(self, fits: Callable[[bytes], bool], seconds: float) -> bool:
        """Whether a value that fits comes within so many seconds."""
        deadline = time.monotonic() + seconds
        while True:
            records = self._consumer.consume(500, _PAUSE)
            if any(fits(record.value() or b"") for record in records if record.error() is None):
                return True
            if time.monotonic() >= deadline:
                return False

    def _partitions(self, topic: str) -> list[int]:
        found = self._consumer.list_topics(topic, _SECONDS).topics[topic]
        if found.error is not None:
            raise KafkaException(found.error)
        return list(found.partitions)

    def _end(self, topic: str, number: int) -> TopicPartition:
        _, end = self._consumer.get_watermark_offsets(TopicPartition(topic, number), _SECONDS)
        return TopicPartition(topic, number, end)
