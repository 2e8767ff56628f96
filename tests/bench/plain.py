"""The rows that a service of ours stored, once more by plain psycopg: what PostgreSQL alone takes for them.

The same tables with the same indexes under other names, unnest of binary arrays, one connection, nothing else.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import psycopg

from tests.bench.machine import cpu_seconds

Row = tuple[Any, ...]
Batch = tuple[Sequence[Row], Sequence[Row]]
"""Events and unique rows of one transaction."""
_EVENT = "originator_id, originator_version, topic, state, event_id, organisation_id, recorded_at"
_EVENTS = f"""
INSERT INTO plain_events ({_EVENT}) SELECT * FROM unnest(
    %b::text[], %b::bigint[], %b::text[], %b::bytea[], %b::uuid[], %b::uuid[], %b::timestamptz[])
"""
_UNIQUE = "INSERT INTO plain_unique SELECT * FROM unnest(%b::text[], %b::text[], %b::text[], %b::text[])"
_NEWEST = f"""
SELECT {_EVENT}, writer FROM (
    SELECT *, xmin::text AS writer FROM stored_events ORDER BY notification_id DESC LIMIT %b
) AS newest ORDER BY notification_id
"""
_OWN = "SELECT kind, scope, value, owner, xmin::text FROM unique_rows WHERE xmin::text = ANY (%b)"
_MAKE = """
DROP TABLE IF EXISTS plain_events, plain_unique;
CREATE TABLE plain_events (LIKE stored_events INCLUDING ALL);
CREATE TABLE plain_unique (LIKE unique_rows INCLUDING ALL);
"""


@dataclass(frozen=True)
class Spent:
    """Microseconds of processor, by who spent them."""

    seconds: float
    client: float
    server: float


def newest(dsn: str, count: int) -> list[Batch]:
    """The newest events of a log, and what else was stored with them, as the transactions were that stored them."""
    with psycopg.connect(dsn) as connection:
        rows = connection.cursor(binary=True).execute(_NEWEST, [count]).fetchall()
        told = [list(run) for _, run in groupby(rows, key=lambda row: row[-1])]
        own: dict[str, list[Row]] = {}
        for *row, writer in connection.cursor(binary=True).execute(_OWN, [[run[0][-1] for run in told]]):
            own.setdefault(writer, []).append(tuple(row))
    return [([row[:-1] for row in run], sorted(own.get(run[0][-1], ()))) for run in told]


def of(batches: Sequence[Batch], size: int) -> Iterator[Batch]:
    """The same rows, so many a transaction."""
    rows = [row for events, _ in batches for row in events]
    for place in range(0, len(rows), size):
        yield rows[place : place + size], ()


def insert(dsn: str, batches: Sequence[Batch], server: int | None = None) -> Spent:
    """`server` is the process of PostgreSQL."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(_MAKE)
        before, begun, own = _cpu(server), time.perf_counter(), time.process_time()
        for events, unique in batches:
            with connection.pipeline(), connection.transaction():
                connection.execute(_EVENTS, _columns(events), prepare=True)
                if unique:
                    connection.execute(_UNIQUE, _columns(unique), prepare=True)
        seconds, own = time.perf_counter() - begun, time.process_time() - own
        spent = Spent(seconds, own * 1e6, (_cpu(server) - before) * 1e6)
        connection.execute("DROP TABLE plain_events, plain_unique")
    return spent


def _cpu(server: int | None) -> float:
    return 0.0 if server is None else cpu_seconds(server)


def _columns(rows: Sequence[Row]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
