"""A worker that was frozen with records in its hands, and wakes up when a line comes on its standard input.

`python -m tests.crash.planted.zombie SERVICE [MISTAKE]`: it looks at the inbox and takes the records of one topic that
come next (RECADO_ZOMBIE_TOPIC), says `ready`, and works them off when it is woken.
"""

from __future__ import annotations

import importlib
import os
import sys
from contextlib import closing
from dataclasses import dataclass
from typing import Any, cast

from confluent_kafka import Consumer, TopicPartition
from recado_chassis.consuming.batch import Batch
from recado_chassis.consuming.decoding import Decoder
from recado_chassis.running import installed
from recado_chassis.storing.postgres import PostgresStore


@dataclass(frozen=True)
class Taken:
    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]


def main(service: str, *mistakes: str) -> None:
    for mistake in mistakes:
        importlib.import_module(f"tests.crash.planted.{mistake}").plant()
    built, prefix = installed.service(service).built()
    decoder, topic = Decoder(built.hears, prefix), os.environ["RECADO_ZOMBIE_TOPIC"]
    with closing(cast(PostgresStore, built.streams.store)) as store:
        row = next(row for row in store.inbox() if (row.topic, row.partition) == (topic, 0))
        batch = Batch(
            built.streams, {(topic, 0): row}, [decoder.read(each) for each in _records(topic, row.next_offset)]
        )
        _say("ready")
        sys.stdin.readline()
        batch.work_off()
        _say("done")


def _records(topic: str, first: int) -> list[Taken]:
    settings: dict[str, Any] = {"bootstrap.servers": os.environ["RECADO_KAFKA"], "group.id": "zombie"}
    with closing(Consumer(settings)) as consumer:
        _, end = consumer.get_watermark_offsets(TopicPartition(topic, 0), timeout=10)
        consumer.assign([TopicPartition(topic, 0, first)])
        taken: list[Taken] = []
        while first + len(taken) < end:
            found = consumer.poll(10)
            if found is not None and found.error() is None:
                headers = tuple(found.headers() or ())
                taken.append(Taken(topic, 0, found.offset() or 0, found.key(), found.value(), headers))  # type: ignore[arg-type]
        return taken


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
