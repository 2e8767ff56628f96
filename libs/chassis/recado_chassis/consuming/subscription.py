"""The one FastStream subscriber of a service: batches of raw records, and nothing acknowledged by the framework."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.message import StreamMessage

from recado_chassis.consuming.decoding import KafkaRecord
from recado_chassis.consuming.patience import LONG, Patience

Records = Sequence[KafkaRecord]
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Pace:
    """How a consumer reads. Times in seconds."""

    max_records: int = 500
    batch_timeout: float = 0.015
    """How long a batch is waited for, and slept after an empty one: latency."""
    cycle: float = 0.03
    """From the begin of one batch to the begin of the next, at least: what comes meanwhile goes together, for most of
    what a small batch costs does not depend on its size. A record that comes alone does not wait."""
    fetch_wait: float = 0.02
    """How long the broker holds back few records while more come, so that not each of them is an answer of its own."""
    check_every: float = 5.0
    patience: float = 30.0
    """A partition that is behind and has not moved for so long makes the service not ready; twice that, and the
    consumer is made anew."""
    longest_wait: float = 120.0
    """How long one batch waits for the database before it is read again; far below what makes Kafka's group think
    that nobody reads any more."""
    graceful: float = 10.0
    """How long the batch at hand may take when the worker is asked to stop."""
    session: float = 10.0
    """A worker that is silent for so long loses its partitions to others."""
    metadata_age: float = 30.0
    """How often the client looks whether its topics are still the same."""


class Subscription:
    """A broker of FastStream with its subscriber; used once, from `start` to `stop`."""

    def __init__(
        self,
        bootstrap: str,
        group: str,
        topics: Sequence[str],
        pace: Pace,
        hear: Callable[[Records], Awaitable[None]],
        assigned: Callable[[Iterable[TopicPartition]], None],
        revoked: Callable[[], None],
    ) -> None:
        self._broker = _broker(bootstrap, pace)
        self._subscriber = self._broker.subscriber(
            *topics,
            batch=True,
            max_records=pace.max_records,
            batch_timeout_ms=int(pace.batch_timeout * 1000),
            group_id=group,
            ack_policy=AckPolicy.MANUAL,
            auto_offset_reset="none",
            partition_assignment_strategy=(RangePartitionAssignor,),
            max_partition_fetch_bytes=4 * _MIB + _MIB // 16,
            fetch_max_bytes=16 * _MIB,
            fetch_min_bytes=1,
            fetch_max_wait_ms=LONG,
            session_timeout_ms=int(pace.session * 1000),
            heartbeat_interval_ms=int(pace.session * 300),
            listener=_Listener(assigned, revoked),
            parser=_untouched,
            decoder=_records,
        )

        self._patience = Patience(int(pace.fetch_wait * 1000), lambda: self.consumer)

        # FastStream reads the annotations of handlers even where it injects nothing: these it understands.
        async def handler(records: Any) -> None:
            self._patience.told()
            await hear(records)

        self._subscriber(handler)

    @property
    def consumer(self) -> AIOKafkaConsumer | None:
        """Kafka's client, while there is one."""
        return self._subscriber.consumer

    async def start(self) -> None:
        """Returns when the group gave this worker its partitions. Raises KafkaError."""
        await self._broker.start()

    async def stop(self) -> None:
        """Reads no more, lets the batch at hand come to its end, and leaves the group."""
        self._patience.stop()
        await self._broker.stop()


def _broker(bootstrap: str, pace: Pace) -> KafkaBroker:
    return KafkaBroker(
        bootstrap,
        consumer_only=True,
        allow_auto_create_topics=False,
        metadata_max_age_ms=int(pace.metadata_age * 1000),
        graceful_timeout=pace.graceful,
        apply_types=False,
        logger=logging.getLogger("faststream"),
    )


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]
    """Only notes what happened: heartbeats of a new member begin when this has returned."""

    def __init__(self, assigned: Callable[[Iterable[TopicPartition]], None], revoked: Callable[[], None]) -> None:
        self._assigned = assigned
        self._revoked = revoked

    # Coroutines, although nothing is awaited: FastStream calls plain functions in another thread.
    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        self._assigned(assigned)

    async def on_partitions_revoked(self, _: Iterable[TopicPartition]) -> None:
        self._revoked()


def _untouched(records: Records) -> StreamMessage[Any]:
    # FastStream's own parser decodes headers: one that is not UTF-8 would skip the whole batch in silence.
    return StreamMessage(raw_message=records, body=b"")


def _records(message: StreamMessage[Any]) -> Records:
    records: Records = message.raw_message
    return records
