"""Where Kafka's partitions begin and end, asked by commands."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from confluent_kafka import KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]

from recado_chassis.producing.topics import KafkaUnavailable
from recado_chassis.store import InboxRow

_SECONDS = 10.0


def offsets(kafka: str, rows: Iterable[InboxRow], which: Literal["first", "end"]) -> dict[tuple[str, int], int]:
    """By topic and partition. Raises KafkaUnavailable."""
    spec = OffsetSpec.earliest() if which == "first" else OffsetSpec.latest()  # type: ignore[no-untyped-call]
    asked = {TopicPartition(row.topic, row.partition): spec for row in rows}
    if not asked:
        return {}
    admin = AdminClient({"bootstrap.servers": kafka, "log_level": 0})
    try:
        found = admin.list_offsets(asked, request_timeout=_SECONDS)
        return {(place.topic, place.partition): future.result().offset for place, future in found.items()}
    except KafkaException as error:
        raise KafkaUnavailable(f"Kafka at {kafka} does not tell where its partitions end: {error}") from None
