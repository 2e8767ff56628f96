"""Connections to PostgreSQL: how each is set up, and what its errors mean to a caller."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg
from psycopg import errors
from psycopg.conninfo import make_conninfo

from recado_chassis.store import Conflict, Unavailable

# Silence of a dead network is noticed in about 15 s instead of hours.
NETWORK = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}

# A frozen holder of the write lock is sent away two seconds before those who wait for it would give up: one was too
# little on a busy machine.
SET_UP = """
SET idle_in_transaction_session_timeout = '3s';
SET lock_timeout = '5s';
SET TimeZone = 'UTC';
SET client_encoding = 'UTF8';
"""

# A question of a screen that takes this long is a bug, and must not keep a connection from the other organisations.
OF_VIEWS = """
SET statement_timeout = '15s';
"""

# Statements of the store look up by key or read along an index: a plan without the index can only be one that was made
# while a table was small, and would be kept when it is not any more.
# Where there is no index to use, PostgreSQL believes such a plan so dear that it would compile it, for 0.1 s each time.
BY_INDEX = """
SET enable_seqscan = off;
SET jit = off;
"""

_RACES = (errors.UniqueViolation, errors.SerializationFailure, errors.DeadlockDetected)
_OUTAGES = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    errors.IdleInTransactionSessionTimeout,
    errors.ReadOnlySqlTransaction,
)
_NOT_MIGRATED = (errors.UndefinedTable, errors.UndefinedColumn, errors.UndefinedFunction, errors.InvalidSchemaName)
# psycopg counts these among the outages, but no waiting makes a value fit an index.
_BEYOND_LIMITS = (errors.ProgramLimitExceeded, errors.StatementTooComplex)


def connect(dsn: str, name: str, set_up: LiteralString = SET_UP + BY_INDEX) -> psycopg.Connection[Any]:
    """A connection in autocommit mode; `name` is what the server shows for it. Raises psycopg.OperationalError."""
    conninfo = make_conninfo(dsn, application_name=f"recado {name}", **NETWORK)
    connection = psycopg.connect(conninfo, autocommit=True)
    try:
        connection.execute(set_up)
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def translated() -> Iterator[None]:
    """Turns errors of psycopg into those of the store's port: Conflict and Unavailable. Others are bugs and pass."""
    try:
        with outages_translated():
            yield
    except _RACES as error:
        # Without its cause: PostgreSQL's text quotes the values of the row.
        raise Conflict(f"{type(error).__name__} {error.diag.constraint_name or ''}".strip()) from None
    except _NOT_MIGRATED as error:
        raise Unavailable("the database is not what this version needs: run `recado migrate` for it") from error
    except errors.InsufficientPrivilege as error:
        raise Unavailable("the database role may not do this: grant it what `recado migrate` made") from error


@contextmanager
def outages_translated() -> Iterator[None]:
    """Turns into Unavailable only what says that the server is not there or sent us away."""
    try:
        yield
    except _OUTAGES as error:
        if isinstance(error, _RACES + _BEYOND_LIMITS):
            raise
        lines = str(error).splitlines()
        raise Unavailable(f"the database is unavailable: {type(error).__name__} {lines[0] if lines else ''}") from error
