"""A view beside one that is made anew from the log: the same rows, whatever happened on the way to them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from psycopg import Connection, sql

from recado_chassis.following.folding import fold, standing
from recado_chassis.following.follower import PAGE
from recado_chassis.following.projection_tables import create, schema_of, tables_of
from recado_chassis.following.rebuild import RebuildRuns
from recado_chassis.mapper import Mapper
from recado_chassis.service import Projection
from recado_chassis.storing.postgres_connections import outages_translated
from recado_chassis.storing.postgres_locks import REBUILD, try_for_session
from recado_chassis.storing.postgres_tail import PostgresTail
from recado_chassis.verifying.figures import Figure, none_of

_SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"


def figure(of: str, dsn: str, projection: Projection, mapper: Mapper) -> Figure:
    """Both are compared at the position the one that serves shows now. Raises RebuildRuns and Unavailable."""
    with closing(PostgresTail(dsn, f"verify {projection.name}")) as tail, outages_translated():
        if not try_for_session(tail.connection, REBUILD, projection.name):
            raise RebuildRuns(f"{projection.name} is being rebuilt: verify it afterwards")
        with tail.connection.transaction():
            tail.connection.execute(_SNAPSHOT)
            position = standing(tail.connection, projection, projection.name).position
            serves = _digests(tail.connection, projection.name)
        anew = _built(tail, projection, mapper, position)
    differing = [table for table in serves.keys() | anew.keys() if serves.get(table) != anew.get(table)]
    return none_of(of, f"tables of view {projection.name} that a rebuild makes differently", sorted(differing))


def _built(tail: PostgresTail, projection: Projection, mapper: Mapper, end: int) -> dict[str, str]:
    """Digests of its tables, which stand where a rebuild makes them, and go again."""
    name = f"{projection.name}_next"
    create(tail.connection, projection, name)
    try:
        position = 0
        while position < end:
            page = [row for row in tail.read(position, PAGE) if (row.position or 0) <= end]
            position = fold(tail.connection, projection, mapper, page, after=position, name=name)
        with tail.connection.transaction():
            return _digests(tail.connection, name)
    finally:
        _forget(tail.connection, name)


def _forget(connection: Connection[Any], name: str) -> None:
    connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(schema_of(name))))
    connection.execute("DELETE FROM public.projections WHERE name = %s", [name])


def _digests(connection: Connection[Any], name: str) -> dict[str, str]:
    """SHA-256 over the canonical rows of each table. Needs a transaction."""
    digests = {}
    for table in tables_of(connection, name):
        total = hashlib.sha256()
        for row in _canonical_rows(connection, table):
            total.update(row.encode() + b"\n")
        digests[table.as_string().rpartition(".")[2]] = total.hexdigest()
    return digests


def _canonical_rows(connection: Connection[Any], table: sql.Identifier) -> Iterator[str]:
    query = sql.SQL('SELECT to_jsonb(t)::text COLLATE "C" AS row FROM {} AS t ORDER BY row').format(table)
    with connection.cursor(name="rows") as cursor:
        cursor.itersize = PAGE
        for (row,) in cursor.execute(query):
            yield row
