"""Where the running system leaves anything: logs, topics, tables; without the places that are made for people."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from aiokafka import AIOKafkaConsumer, TopicPartition
from confluent_kafka.admin import AdminClient
from psycopg.rows import dict_row

from tests.security.scanner import Finding

SIMULATED = frozenset({"simulator.log"})
"""Not ours: Meta knows its customers."""
UPDATES = ("recado.inbound.", "recado.quarantine.")
"""Their records' values are updates as they came."""
AS_THEY_CAME = {("inbound_archive", "value"), ("parked", "value")}
TABLES = """
    SELECT schemaname, tablename FROM pg_tables
    WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND schemaname NOT LIKE 'view\\_%'
"""


def log_lines(folder: Path) -> Iterator[Finding]:
    for file in sorted(folder.glob("*.log*")):
        if file.name not in SIMULATED:
            for number, line in enumerate(file.read_bytes().splitlines(), start=1):
                yield Finding(f"{file.name}:{number}", line)


def rows(service: str, dsn: str) -> Iterator[Finding]:
    """Every value of every table that is no view; of events all but their `personal` member."""
    with psycopg.connect(dsn, row_factory=dict_row) as connection:
        for named in connection.execute(TABLES.encode()).fetchall():
            schema, table = named["schemaname"], named["tablename"]
            for row in connection.execute(f'SELECT * FROM "{schema}"."{table}"'.encode()):
                for column, value in row.items():
                    if (table, column) not in AS_THEY_CAME:
                        yield Finding(f"{service}.{table}.{column}", _impersonal(value))


async def records(bootstrap: str) -> Iterator[Finding]:
    """Key, headers and value of every record of every topic; of events all but their `personal` member."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    await consumer.start()
    try:
        places = _partitions(bootstrap)
        ends = await consumer.end_offsets(places)
        consumer.assign(places)
        await consumer.seek_to_beginning()
        found: list[Finding] = []
        while any([await consumer.position(place) < end for place, end in ends.items()]):
            for read in (await consumer.getmany(timeout_ms=500)).values():
                found += [finding for record in read for finding in _parts(record)]
        return iter(found)
    finally:
        await consumer.stop()


def _partitions(bootstrap: str) -> list[TopicPartition]:
    topics = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0}).list_topics(timeout=10).topics
    ours = (topic for name, topic in sorted(topics.items()) if not name.startswith("__"))
    return [TopicPartition(topic.topic, number) for topic in ours for number in topic.partitions]


def _parts(record: Any) -> Iterator[Finding]:
    where = f"{record.topic} {record.partition}@{record.offset}"
    yield Finding(f"{where} key", record.key or b"")
    for name, value in record.headers:
        yield Finding(f"{where} header {name}", name.encode() + b"=" + (value or b""))
    if not record.topic.startswith(UPDATES):
        yield Finding(f"{where} value", _impersonal(record.value))


def _impersonal(value: Any) -> bytes:
    """As bytes; of an event, stored or told, all but its `personal` member."""
    data = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode("utf-8", "surrogateescape")
    if b'"personal":' not in data:
        return data
    told = json.loads(data)
    event = told.get("data", told)
    event.pop("personal", None)
    return json.dumps(told, ensure_ascii=False).encode()
