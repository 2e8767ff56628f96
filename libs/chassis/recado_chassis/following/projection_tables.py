"""Where projections keep their tables: a schema each, and a row that says how far it has come."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from psycopg import Connection, sql

from recado_chassis.service import Projection

_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")
_RESERVED = ("_next", "_old")


@dataclass(frozen=True, slots=True)
class Progress:
    position: int
    fingerprint: str


def schema_of(name: str) -> str:
    return f"view_{name}"


def fingerprint(projection: Projection) -> str:
    """Changes when the tables do; spaces do not count."""
    return hashlib.sha256(" ".join(projection.ddl.split()).encode()).hexdigest()


def ensure(connection: Connection[Any], projections: Iterable[Projection]) -> list[str]:
    """Makes the schemas that are missing, each in one transaction with its row.

    Answers the names of projections that stand but were made by other statements: they must be rebuilt.
    """
    outdated = []
    for projection in projections:
        found = progress(connection, projection.name)
        if found is None:
            create(connection, projection, projection.name)
        elif found.fingerprint != fingerprint(projection):
            outdated.append(projection.name)
    return outdated


def create(connection: Connection[Any], projection: Projection, name: str) -> None:
    """Empty tables of the projection under a name, at position 0. Raises ValueError for a name that cannot be used."""
    if not _NAME.fullmatch(projection.name) or projection.name.endswith(_RESERVED):
        raise ValueError(
            f"a projection cannot be called {projection.name!r}: lower case, at most 41, not _next or _old"
        )
    schema = sql.Identifier(schema_of(name))
    with connection.transaction():
        connection.execute("DELETE FROM public.projections WHERE name = %s", [name])
        connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(schema))
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(schema))
        enter(connection, name)
        connection.execute(projection.ddl)
        connection.execute(
            "INSERT INTO public.projections (name, fingerprint) VALUES (%s, %s)", [name, fingerprint(projection)]
        )


def tables_of(connection: Connection[Any], name: str) -> list[sql.Identifier]:
    """Its tables in order of their names."""
    query = "SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY tablename"
    return [sql.Identifier(schema_of(name), table) for (table,) in connection.execute(query, [schema_of(name)])]


def enter(connection: Connection[Any], name: str) -> None:
    """Puts the projection's schema first in the search path, until the transaction ends."""
    path = sql.SQL("SET LOCAL search_path TO {}, public").format(sql.Identifier(schema_of(name)))
    connection.execute(path)


def progress(connection: Connection[Any], name: str, *, lock: bool = False) -> Progress | None:
    """How far it is; None where nothing was made under that name. `lock` holds its row until the transaction ends."""
    query = f"SELECT position, fingerprint FROM public.projections WHERE name = %s {'FOR UPDATE' if lock else ''}"
    row = connection.execute(query, [name], prepare=True).fetchone()
    return Progress(*row) if row else None


def move(connection: Connection[Any], name: str, position: int) -> None:
    query = "UPDATE public.projections SET position = %s, moved_at = clock_timestamp() WHERE name = %s"
    connection.execute(query, [position, name], prepare=True)
