"""The event store's library on our connections, with our lock, our columns and our insert."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn
from uuid import UUID

from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg import Connection, Cursor, sql
from psycopg.rows import DictRow, args_row, dict_row, tuple_row

from recado_chassis.store import Conflict, EventRow
from recado_chassis.storing.postgres_pool import Pool

FORBIDDEN = "POSTGRES_ENABLE_DB_FUNCTIONS"
TABLE = "stored_events"
CHANNEL = TABLE
"""Where every commit that stored events is told of."""

_COLUMNS = "originator_id, originator_version, topic, state, event_id, organisation_id, recorded_at, notification_id"

PAGE = f"SELECT {_COLUMNS} FROM {TABLE} WHERE notification_id > %b ORDER BY notification_id LIMIT %b"
"""The log above a position; the columns of an EventRow in order. For binary cursors, also of other drivers' tasks."""

_PAGE_OF = f"""
SELECT {_COLUMNS} FROM {TABLE} WHERE notification_id > %b AND topic = ANY (%b) ORDER BY notification_id LIMIT %b
"""

# Everybody's rows in between are passed over in the order of their index.
_PAGE_OF_ONE = f"""
SELECT {_COLUMNS} FROM {TABLE} WHERE notification_id > %b AND notification_id <= %b AND organisation_id = %b
ORDER BY notification_id LIMIT %b
"""

# LATERAL with its own order keeps this one index scan a stream, whatever the planner believes of the table.
_TAILS = f"""
SELECT e.* FROM unnest(%b::text[], %b::bigint[]) AS s (stream, after) CROSS JOIN LATERAL (
    SELECT {_COLUMNS} FROM {TABLE} WHERE originator_id = s.stream AND originator_version > s.after
    ORDER BY originator_version
) AS e
"""

_MOVED = f"""
SELECT s.stream FROM unnest(%b::text[], %b::bigint[]) AS s (stream, version)
WHERE s.version <> coalesce((SELECT max(originator_version) FROM {TABLE} WHERE originator_id = s.stream), 0)
LIMIT 1
"""

_INSERT = f"""
INSERT INTO {TABLE} (originator_id, originator_version, topic, state, event_id, organisation_id, recorded_at)
SELECT * FROM unnest(
    %b::text[], %b::bigint[], %b::text[], %b::bytea[], %b::uuid[], %b::uuid[], %b::timestamptz[]
)
"""

_LAST = f"SELECT coalesce(max(notification_id), 0) FROM {TABLE}"


class FunctionsForbidden(Exception):
    """The library's database functions insert without a lock: readers of the log would lose events."""

    def __init__(self) -> None:
        super().__init__(f"unset {FORBIDDEN}: with database functions readers of the log skip events")


class Datastore(PostgresDatastore):
    """The library's data store, lending the connections of our pool. It connects to nothing when it is made."""

    def __init__(self, pool: Pool, environment: Mapping[str, str] = os.environ) -> None:
        if FORBIDDEN in environment:
            raise FunctionsForbidden
        super().__init__("", "", "", "", "", originator_id_type="text")
        self._connections = pool

    def register_type_adapters(self) -> None:
        """Nothing: composite types serve the library's own insert."""

    @contextmanager
    def get_connection(self) -> Iterator[Connection[DictRow]]:
        with self._connections.connection() as connection:
            connection.row_factory = dict_row
            try:
                yield connection
            finally:
                connection.row_factory = tuple_row


class Recorder(PostgresApplicationRecorder):
    """Reads as the library does. What is written is written by a session, whose transaction and lock these are."""

    def __init__(self, datastore: PostgresDatastore) -> None:
        if datastore.enable_db_functions is not False:
            raise FunctionsForbidden
        super().__init__(datastore, events_table_name=TABLE)

    def create_table(self) -> NoReturn:
        raise NotImplementedError("tables are made by `recado migrate`")

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: Any) -> NoReturn:
        raise NotImplementedError(
            "events are appended through Streams.transact, which checks what they were decided on"
        )

    def append(self, connection: Connection[Any], rows: Sequence[EventRow]) -> None:
        """Sends the rows in one statement, and word of them to followers at commit. The write lock must be held."""
        connection.execute(sql.SQL("NOTIFY {}").format(sql.Identifier(self.channel_name)))
        columns = zip(
            *((r.stream, r.version, r.type, r.state, r.event_id, r.organisation_id, r.recorded_at) for r in rows),
            strict=True,
        )
        connection.execute(_INSERT, [list(column) for column in columns], prepare=True)


class Versions:
    """The question as sent whether any stream has moved; `check` reads its answer."""

    def __init__(self, connection: Connection[Any], expected: Mapping[str, int]) -> None:
        self._cursor: Cursor[Any] | None = None
        if expected:
            self._cursor = connection.execute(_MOVED, [list(expected), list(expected.values())], prepare=True)

    def check(self) -> None:
        """Raises Conflict."""
        moved = self._cursor and self._cursor.fetchone()
        if moved:
            raise Conflict(f"stream {moved[0]} has moved on")


class LastPosition:
    """The question as sent; `value` reads its answer."""

    def __init__(self, connection: Connection[Any]) -> None:
        self._cursor = connection.execute(_LAST, prepare=True)

    def value(self) -> int:
        """0 for an empty log."""
        row = self._cursor.fetchone()
        return int(row[0]) if row else 0


def page(connection: Connection[Any], after: int, limit: int, types: Sequence[str] = ()) -> list[EventRow]:
    """The log above a position, in order; of these types alone, where any are named."""
    cursor = connection.cursor(row_factory=args_row(EventRow), binary=True)
    if types:
        return cursor.execute(_PAGE_OF, [after, list(types), limit], prepare=True).fetchall()
    return cursor.execute(PAGE, [after, limit], prepare=True).fetchall()


def page_of_one(
    connection: Connection[Any], organisation_id: UUID, after: int, until: int, limit: int
) -> list[EventRow]:
    """One organisation's part of the log between two positions, in order."""
    cursor = connection.cursor(row_factory=args_row(EventRow), binary=True)
    return cursor.execute(_PAGE_OF_ONE, [after, until, organisation_id, limit], prepare=True).fetchall()


def tails(connection: Connection[Any], after: Mapping[str, int]) -> dict[str, list[EventRow]]:
    """The events of each stream above a version, in order."""
    found: dict[str, list[EventRow]] = {}
    if after:
        cursor = connection.cursor(row_factory=args_row(EventRow), binary=True)
        for row in cursor.execute(_TAILS, [list(after), list(after.values())], prepare=True):
            found.setdefault(row.stream, []).append(row)
    return found
