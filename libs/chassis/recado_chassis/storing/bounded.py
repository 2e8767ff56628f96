"""Lists that look up a bounded number of rows, each by its key (docs/decisions/0015)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg import Connection, Cursor
from psycopg.rows import dict_row

_BOUNDED = """
    SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;
    SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off;
    SET LOCAL jit = off"""


@contextmanager
def bounded(connection: Connection[Any]) -> Iterator[Cursor[dict[str, Any]]]:
    """A transaction in which no guess about how many rows there are makes PostgreSQL read a table as a whole, or
    compile what takes a moment."""
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(_BOUNDED)
        yield cursor
