"""The store in PostgreSQL, on the tables, the recorder and the log of the eventsourcing library."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg import Connection

from recado_chassis.store import EventRow, InboxRow, ParkedRow
from recado_chassis.storing import postgres_commands, postgres_inbox, postgres_parked
from recado_chassis.storing.postgres_connections import OF_VIEWS, SET_UP, connect, translated
from recado_chassis.storing.postgres_pool import Pool
from recado_chassis.storing.postgres_recorder import Datastore, LastPosition, Recorder, page, page_of_one
from recado_chassis.storing.postgres_session import PostgresSession
from recado_chassis.storing.postgres_tail import PostgresTail

LOG = "SELECT id FROM log"
RENEW_LOG = "UPDATE log SET id = gen_random_uuid()::text RETURNING id"
PROJECTED = """
SELECT coalesce(min(position), 0) * (count(*) = %(wanted)s)::integer FROM projections WHERE name = ANY (%(names)s)
"""


class PostgresStore:
    """Implements `store.Store` for many threads. Connects when it is first asked, and again after every outage."""

    def __init__(self, dsn: str, pool_size: int = 10) -> None:
        self._dsn = dsn
        self._pool = Pool(lambda: connect(dsn, "store"), pool_size)
        self._views = Pool(lambda: connect(dsn, "views", SET_UP + OF_VIEWS), pool_size)
        self.recorder = Recorder(Datastore(self._pool))
        """The library's recorder, for its own tools: it reads as usual and refuses to write."""

    def close(self) -> None:
        self._pool.close()
        self._views.close()

    @contextmanager
    def session(self, *, locked: bool = False) -> Iterator[PostgresSession]:
        with self._connection() as connection:
            yield PostgresSession(connection, self.recorder, locked=locked)

    @contextmanager
    def connection(self) -> Iterator[Connection[Any]]:
        """For an adapter's queries of views: in autocommit mode, each of 15 s at most. Raises Unavailable."""
        with translated(), self._views.connection() as connection:
            yield connection

    def log_id(self) -> str:
        return str(self._one(LOG))

    def renew_log(self) -> str:
        """Gives the log a new incarnation, after a restore; consumers will stop and ask. Answers the new id."""
        return str(self._one(RENEW_LOG))

    def read(self, after: int, limit: int, types: Sequence[str] = ()) -> Sequence[EventRow]:
        with self._connection() as connection:
            return page(connection, after, limit, types)

    def read_of(self, organisation_id: UUID, after: int, until: int, limit: int) -> Sequence[EventRow]:
        with self._connection() as connection:
            return page_of_one(connection, organisation_id, after, until, limit)

    def end(self) -> int:
        with self._connection() as connection:
            return LastPosition(connection).value()

    def tail(self) -> PostgresTail:
        """The log for one follower, on a connection of its own. Raises Unavailable."""
        return PostgresTail(self._dsn, "follower")

    def inbox(self) -> list[InboxRow]:
        with self._connection() as connection:
            return postgres_inbox.rows(connection)

    def adopt(self, row: InboxRow) -> None:
        with self._connection() as connection:
            postgres_inbox.adopt(connection, row)

    def pause(self, row: InboxRow, why: str) -> None:
        with self._connection() as connection:
            postgres_inbox.pause(connection, row, why)

    def parked(self, subject: str | None = None, limit: int = 100) -> list[ParkedRow]:
        with self._connection() as connection:
            return postgres_parked.rows(connection, subject, limit)

    def parked_at(self, topic: str, partition: int, offset: int) -> ParkedRow | None:
        with self._connection() as connection:
            return postgres_parked.at(connection, topic, partition, offset)

    def parked_count(self, topic: str | None = None, partition: int = 0, from_offset: int = 0) -> int:
        with self._connection() as connection:
            return postgres_parked.count(connection, topic, partition, from_offset)

    @property
    def interruptions(self) -> int:
        return self._pool.breaks

    def forget_commands(self, before: datetime, limit: int = 10_000) -> int:
        """Deletes up to `limit` stored answers of commands done before that moment; answers how many."""
        with self._connection() as connection:
            return postgres_commands.forget(connection, before, limit)

    def projected(self, names: Sequence[str]) -> int:
        """The position up to which all of these projections show the log; 0 while one of them is missing."""
        return int(self._one(PROJECTED, names=list(names), wanted=len(names)))

    @contextmanager
    def _connection(self) -> Iterator[Connection[Any]]:
        with translated(), self._pool.connection() as connection:
            yield connection

    def _one(self, query: LiteralString, **values: Any) -> Any:
        with self._connection() as connection:
            row = connection.execute(query, values).fetchone()
            return row and row[0]
