"""Builds a projection anew beside the one that serves, and takes its place at once when it has caught up."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

from psycopg import Connection, sql

from recado_chassis.crash import crash
from recado_chassis.following.folding import fold
from recado_chassis.following.follower import PAGE
from recado_chassis.following.projection_tables import create, ensure, fingerprint, progress, schema_of, tables_of
from recado_chassis.mapper import Mapper
from recado_chassis.service import Projection
from recado_chassis.storing.postgres_connections import outages_translated
from recado_chassis.storing.postgres_locks import REBUILD, try_for_session
from recado_chassis.storing.postgres_tail import PostgresTail


class RebuildRuns(Exception):
    """Another process rebuilds this projection at the moment: wait for it or end it."""


Report = Callable[[int, int], None]
"""Called after each page with the position reached and the log's end."""


def rebuild(dsn: str, projection: Projection, mapper: Mapper, report: Report = lambda position, end: None) -> int:
    """Folds the whole log into new tables while the old ones serve and follow, then swaps them in one transaction.

    Answers the position shown at the swap. Killed at any moment it leaves the view as it was or as it will be; the
    next run removes what it left behind. Raises RebuildRuns and Unavailable.
    """
    with closing(PostgresTail(dsn, f"rebuild {projection.name}")) as tail, outages_translated():
        connection = tail.connection
        connection.execute("SET lock_timeout = 0")  # hours of work should not end because a page takes long
        if not try_for_session(connection, REBUILD, projection.name):
            raise RebuildRuns(f"another process rebuilds {projection.name}: wait for it or end it")
        ensure(connection, [projection])
        _drop(connection, _old(projection))
        create(connection, projection, _next(projection))
        position = _build(tail, projection, mapper, report)
        crash("rebuild.before_swap")
        position = _swap(tail, projection, mapper, position)
        crash("rebuild.after_swap")
        _drop(connection, _old(projection))
        report(position, tail.end())
        return position


def _build(tail: PostgresTail, projection: Projection, mapper: Mapper, report: Report) -> int:
    """Up to less than a page from the log's end. A commit that a crash takes back is only work to be done again."""
    tail.connection.execute("SET synchronous_commit = off")
    position = 0
    while len(page := tail.read(position, PAGE)) == PAGE:
        position = fold(tail.connection, projection, mapper, page, after=position, name=_next(projection))
        report(position, tail.end())
    tail.connection.execute("SET synchronous_commit = on")
    for table in tables_of(tail.connection, _next(projection)):
        tail.connection.execute(sql.SQL("ANALYZE {}").format(table))
    return position


def _swap(tail: PostgresTail, projection: Projection, mapper: Mapper, position: int) -> int:
    """Holding the row of the one that serves: its projector waits, so that the new one cannot show less than it did."""
    connection, name = tail.connection, projection.name
    with connection.transaction():
        progress(connection, name, lock=True)
        end = tail.end()
        while position < end:
            page = tail.read(position, PAGE)
            position = fold(connection, projection, mapper, page, after=position, name=_next(projection))
        _rename(connection, name, _old(projection))
        _rename(connection, _next(projection), name)
        connection.execute("DELETE FROM public.projections WHERE name = %s", [_next(projection)])
        connection.execute(
            "UPDATE public.projections SET position = %s, fingerprint = %s, moved_at = now() WHERE name = %s",
            [position, fingerprint(projection), name],
        )
    return position


def digest(dsn: str, projection: Projection) -> str:
    """SHA-256 over the canonical rows of all tables of a projection: equal contents give equal digests, whatever the
    order in which rows were written. Raises Unavailable."""
    total = hashlib.sha256()
    with closing(PostgresTail(dsn, f"digest {projection.name}")) as tail, outages_translated():
        connection = tail.connection
        with connection.transaction():
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            for table in tables_of(connection, projection.name):
                total.update(f"{table.as_string()}\n".encode())
                for row in _canonical_rows(connection, table):
                    total.update(row.encode() + b"\n")
    return total.hexdigest()


def _canonical_rows(connection: Connection[Any], table: sql.Identifier) -> Iterator[str]:
    query = sql.SQL('SELECT to_jsonb(t)::text COLLATE "C" AS row FROM {} AS t ORDER BY row').format(table)
    with connection.cursor(name="rows") as cursor:
        cursor.itersize = PAGE
        for (row,) in cursor.execute(query):
            yield row


def _next(projection: Projection) -> str:
    return f"{projection.name}_next"


def _old(projection: Projection) -> str:
    return f"{projection.name}_old"


def _rename(connection: Connection[Any], name: str, to: str) -> None:
    schemas = (sql.Identifier(schema_of(name)), sql.Identifier(schema_of(to)))
    connection.execute(sql.SQL("ALTER SCHEMA {} RENAME TO {}").format(*schemas))


def _drop(connection: Connection[Any], name: str) -> None:
    connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema_of(name))))
