"""SQL of snapshots: one row a stream, the latest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from psycopg import Connection

from recado_chassis.rows import SnapshotRow

_FIND = """
SELECT s.stream, s.version, s.code, s.state FROM unnest(%b::text[], %b::text[]) AS k (stream, code)
JOIN snapshots AS s ON s.stream = k.stream AND s.code = k.code
"""
_KEEP = """
INSERT INTO snapshots (stream, version, code, state)
SELECT * FROM unnest(%b::text[], %b::bigint[], %b::text[], %b::bytea[])
ON CONFLICT (stream) DO UPDATE SET version = excluded.version, code = excluded.code, state = excluded.state
"""


def find(connection: Connection[Any], codes: Mapping[str, str]) -> list[SnapshotRow]:
    asked = sorted(codes.items())
    columns = [[stream for stream, _ in asked], [code for _, code in asked]]
    return [SnapshotRow(*row) for row in connection.execute(_FIND, columns, prepare=True)]


def keep(connection: Connection[Any], rows: Iterable[SnapshotRow]) -> None:
    told = sorted(rows, key=lambda row: row.stream)
    columns = [[getattr(row, name) for row in told] for name in ("stream", "version", "code", "state")]
    connection.execute(_KEEP, columns, prepare=True)
