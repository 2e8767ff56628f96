"""Everything that Kafka holds of some topics, read once and kept as short as a comparison allows."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, NamedTuple

from confluent_kafka import Consumer, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]

from recado_chassis.consuming.decoding import Place
from recado_chassis.producing.headers import header_text, log_of
from recado_chassis.producing.topics import KafkaUnavailable

_SECONDS = 10.0
_PATIENCE = 0.05
_AT_ONCE = 2_000


class OnTopic(NamedTuple):
    """A record. What cannot be read of it is empty, 0 or None."""

    partition: int
    offset: int
    key: bytes
    event_id: str
    log: str | None
    position: int
    digest: bytes


@dataclass(slots=True)
class Contents:
    """A topic's records in the order of each partition; `firsts` and `ends` are its partitions' offsets."""

    firsts: dict[int, int] = field(default_factory=dict)
    ends: dict[int, int] = field(default_factory=dict)
    records: list[OnTopic] = field(default_factory=list)


def digest_of(key: bytes | None, value: bytes | None, headers: Iterable[tuple[str, bytes | None]]) -> bytes:
    """Of all that a record says."""
    told = blake2b(digest_size=16)
    for part in (key, value, *(part for name, content in headers for part in (name.encode(), content))):
        told.update(b"-" if part is None else b"%d:%s" % (len(part), part))
    return told.digest()


def read(bootstrap: str, names: Iterable[str]) -> dict[str, Contents]:
    """What stands in these topics now, by name; those that do not exist are left out. Raises KafkaUnavailable."""
    settings: dict[str, Any] = {
        "bootstrap.servers": bootstrap,
        "group.id": "recado-verify",
        "enable.auto.commit": False,
        "auto.offset.reset": "error",
        "fetch.wait.max.ms": 20,
        "log_level": 0,
    }
    admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
    try:
        listed = admin.list_topics(timeout=_SECONDS).topics
        places = [(name, number) for name in names if name in listed for number in sorted(listed[name].partitions)]
        contents: defaultdict[str, Contents] = defaultdict(Contents)
        firsts, ends = _offsets(admin, places, OffsetSpec.earliest), _offsets(admin, places, OffsetSpec.latest)
        for name, number in places:
            contents[name].firsts[number], contents[name].ends[number] = firsts[name, number], ends[name, number]
        with closing(Consumer(settings)) as consumer:
            _read_all(consumer, contents)
        return dict(contents)
    except KafkaException as error:
        raise KafkaUnavailable(f"Kafka at {bootstrap} does not tell what it holds: {error}") from None


def _offsets(admin: AdminClient, places: Sequence[Place], which: Callable[[], Any]) -> dict[Place, int]:
    asked = {TopicPartition(*place): which() for place in places}
    found = admin.list_offsets(asked, request_timeout=_SECONDS) if asked else {}
    return {(place.topic, place.partition): future.result().offset for place, future in found.items()}


def _read_all(consumer: Consumer, contents: Mapping[str, Contents]) -> None:
    waiting = {(name, at): first for name, each in contents.items() for at, first in each.firsts.items()}
    waiting = {place: first for place, first in waiting.items() if first < contents[place[0]].ends[place[1]]}
    consumer.assign([TopicPartition(*place, first) for place, first in waiting.items()])
    deadline = time.monotonic() + _SECONDS
    while waiting:
        # It waits out its time for a full batch, however many there are.
        batch = consumer.consume(_AT_ONCE, timeout=_PATIENCE)
        if batch:
            deadline = time.monotonic() + _SECONDS
        elif time.monotonic() > deadline:
            raise KafkaException(f"{len(waiting)} partitions hold records that they do not give")
        for message in batch:
            _keep(contents[_topic(message)], message, waiting)


def _topic(message: Any) -> str:
    if message.error() is not None:
        raise KafkaException(message.error())
    topic: str = message.topic()
    return topic


def _keep(contents: Contents, message: Any, waiting: dict[Place, int]) -> None:
    end = contents.ends[message.partition()]
    if message.offset() < end:
        contents.records.append(_on_topic(message))
    if message.offset() >= end - 1:
        waiting.pop((message.topic(), message.partition()), None)


def _on_topic(message: Any) -> OnTopic:
    headers = message.headers() or ()
    position = header_text(headers, "ce_position") or ""
    return OnTopic(
        message.partition(),
        message.offset(),
        message.key() or b"",
        header_text(headers, "ce_id") or "",
        log_of(header_text(headers, "ce_source") or ""),
        int(position) if position.isdecimal() else 0,
        digest_of(message.key(), message.value(), headers),
    )
