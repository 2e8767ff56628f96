"""What is given to Kafka, how its acknowledgement is waited for, and the ways in which it may not come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import structlog
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from recado_events.catalogue import Topic

from recado_chassis.producing.headers import Headers


class Record(NamedTuple):
    """One record to publish. `topic` is the catalogue's name; `key` decides the partition."""

    topic: str
    key: bytes
    value: bytes
    headers: Headers


class NotAcknowledged(Exception):
    """Kafka did not confirm the records. Some may be stored all the same: sent again, they are duplicates."""


class ProducerFailed(NotAcknowledged):
    """A send failed, which ended the producer and everything it held. A fresh one is on its way."""


class DeadlinePassed(NotAcknowledged):
    """No acknowledgement in time. Records that had not left yet are not sent any more."""


class Overloaded(NotAcknowledged):
    """More bytes wait for Kafka than may; nothing of this call was sent."""


class TooLarge(Exception):
    """Records above their topic's `max_message_bytes`; `indexes` tells which of the call. The others were sent."""

    def __init__(self, indexes: Sequence[int]) -> None:
        super().__init__(f"{len(indexes)} record(s) above the topic's max_message_bytes: split them or leave them out")
        self.indexes = tuple(indexes)


class UnknownTopic(Exception):
    """A topic is not in the catalogue this producer was made for, or not at the broker."""


Done = Callable[[NotAcknowledged | None], None]
"""Told once: None when all records are acknowledged, else why they are not."""


class Delivery:
    """The fate of some records given together: acknowledged when all are, failed when one is."""

    __slots__ = ("_done", "_left", "_release", "deadline")

    def __init__(self, count: int, deadline: float, done: Done, release: Callable[[], None]) -> None:
        """`release` is called once, when nothing of the records is held any more."""
        self.deadline = deadline
        self._done: Done | None = done
        self._left = count
        self._release = release
        if count == 0:
            self._end(None)

    @property
    def abandoned(self) -> bool:
        """Nobody waits any more: what has not left yet need not leave."""
        return self._done is None

    def abandon(self) -> None:
        """Nobody shall be told."""
        self._done = None

    def settle(self) -> None:
        """One record more is acknowledged, or left out because nobody waits for it."""
        self._left -= 1
        if self._left == 0:
            self._end(None)

    def fail(self, reason: str) -> None:
        self._left = 0
        self._end(ProducerFailed(reason))

    def expire(self) -> None:
        """Its time is over, though some of its records are still held."""
        self._tell(DeadlinePassed("Kafka did not acknowledge in time"))

    def _end(self, error: ProducerFailed | None) -> None:
        release, self._release = self._release, _nothing
        release()
        self._tell(error)

    def _tell(self, error: NotAcknowledged | None) -> None:
        done, self._done = self._done, None
        if done is None:
            return
        try:
            done(error)
        except Exception:  # noqa: BLE001 - it is the caller's: the others of the batch have nothing to do with it
            structlog.get_logger().exception("delivery_not_told")


def _nothing() -> None:
    """Released before."""


def size_of(record: Record) -> int:
    """Upper bound of the bytes of a batch that holds it alone."""
    size: int = DefaultRecordBatchBuilder.estimate_size_in_bytes(record.key, record.value, record.headers)
    return size


def sizes_within(records: Sequence[Record], topics: dict[str, Topic]) -> tuple[list[Record], int, list[int]]:
    """The records that fit their topic, their bytes together, and the indexes of those that do not fit.

    Raises UnknownTopic.
    """
    fitting: list[Record] = []
    too_large: list[int] = []
    total = 0
    for index, record in enumerate(records):
        topic = topics.get(record.topic)
        if topic is None:
            raise UnknownTopic(f"{record.topic} is not a topic of this producer: give it the catalogue's entry")
        size = size_of(record)
        if size > topic.max_message_bytes:
            too_large.append(index)
        else:
            fitting.append(record)
            total += size
    return fitting, total, too_large
