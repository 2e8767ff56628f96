"""Rows by the hundred thousand, copied straight into a view's tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import Connection

Row = tuple[Any, ...]


@contextmanager
def loading(dsn: str, view: str) -> Iterator[Connection[Any]]:
    """Indexes are made when all is there, and then everything is looked through once for the planner."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(f"SET search_path TO {view}; SET maintenance_work_mem = '256MB'".encode())
        indexes = _without_indexes(connection, view)
        yield connection
        for definition in indexes:
            connection.execute(definition.encode())
        connection.execute("VACUUM (ANALYZE)")


def copied(connection: Connection[Any], table: str, columns: str, rows: Iterable[Row]) -> None:
    with connection.cursor().copy(f"COPY {table} ({columns}) FROM STDIN".encode()) as copy:
        for row in rows:
            copy.write_row(row)


def _without_indexes(connection: Connection[Any], view: str) -> Sequence[str]:
    """Drops those that are no primary keys, and gives what makes them again."""
    query = """
        SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class ON oid = indexrelid
        WHERE relnamespace = %s::regnamespace AND NOT indisprimary"""
    found = connection.execute(query, [view]).fetchall()
    for name, _ in found:
        connection.execute(f"DROP INDEX {name}".encode())
    return [definition for _, definition in found]
