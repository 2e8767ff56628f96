"""SQL of states that are kept beside their events: one row a stream, its newest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from psycopg import Connection
from psycopg.rows import args_row

from recado_chassis.store import KeptState

_FIND = """
SELECT k.stream, k.version, k.key, k.state FROM unnest(%b::text[], %b::text[]) AS asked (stream, key)
JOIN kept_states AS k ON k.stream = asked.stream AND k.key = asked.key
"""

_KEEP = """
INSERT INTO kept_states (stream, version, key, state)
SELECT * FROM unnest(%b::text[], %b::bigint[], %b::text[], %b::bytea[])
ON CONFLICT (stream) DO UPDATE SET version = excluded.version, key = excluded.key, state = excluded.state
"""


def find(connection: Connection[Any], keys: Mapping[str, str]) -> list[KeptState]:
    cursor = connection.cursor(row_factory=args_row(KeptState), binary=True)
    return cursor.execute(_FIND, [list(keys), list(keys.values())], prepare=True).fetchall()


def keep(connection: Connection[Any], rows: Sequence[KeptState]) -> None:
    columns = [list(column) for column in zip(*sorted(rows), strict=True)]
    connection.execute(_KEEP, columns, prepare=True)
