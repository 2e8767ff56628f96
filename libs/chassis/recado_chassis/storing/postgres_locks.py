"""Advisory locks of a service's database, in one place so that no two mean the same."""

from __future__ import annotations

import zlib
from typing import Any

from psycopg import Connection

WRITERS = 1
"""Transaction lock: held from the first check to the commit, so that the log's order is the order of commits."""
RELAY = 2
"""Session lock: one relay at a time."""
PROJECTION = 3
"""Session lock, one a projection: one projector at a time folds into its tables."""
REBUILD = 4
"""Session lock, one a projection: one rebuild at a time."""
MIGRATION = 5
"""Session lock: one migration at a time."""

_SPACE = 0x5EC0DA00
"""Added to each, that other programs in the same database are unlikely to take ours."""


def take_for_transaction(connection: Connection[Any], lock: int) -> None:
    """Waits for it (up to `lock_timeout`); commit or rollback gives it back."""
    connection.execute("SELECT pg_advisory_xact_lock(%s::bigint)", [key_of(lock)], prepare=True)


def take_for_session(connection: Connection[Any], lock: int) -> None:
    """Waits for it (up to `lock_timeout`); the end of the connection gives it back."""
    connection.execute("SELECT pg_advisory_lock(%s::bigint)", [key_of(lock)])


def try_for_session(connection: Connection[Any], lock: int, name: str = "") -> bool:
    """Takes it at once or not at all; the end of the connection gives it back. `name` says which of several."""
    row = connection.execute("SELECT pg_try_advisory_lock(%s::bigint)", [key_of(lock, name)]).fetchone()
    return row is not None and bool(row[0])


def key_of(lock: int, name: str = "") -> int:
    """The number PostgreSQL knows a lock by."""
    return (_SPACE + lock) << 32 | zlib.crc32(name.encode())
