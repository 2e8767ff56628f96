"""The end of the log on a connection of its own, which is told of every commit."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import sql

from recado_chassis.store import EventRow
from recado_chassis.storing.postgres_connections import connect, translated
from recado_chassis.storing.postgres_recorder import CHANNEL, LastPosition, page

# A reader asks every second. A frozen one would keep its connection, and with it the turn to project, for ever.
SILENCE = "SET idle_session_timeout = '15s'"


class PostgresTail:
    """Listens before it is first read, so that nothing is committed unheard in between.

    The connection must be a direct one: a transaction pooler would lend it to others between two statements. Once an
    error was raised, close the tail and make a new one.
    """

    def __init__(self, dsn: str, name: str) -> None:
        with translated():
            self.connection = connect(dsn, name)
            self.connection.execute(SILENCE)
            self.connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL)))

    def read(self, after: int, limit: int) -> Sequence[EventRow]:
        """The log above a position, in order. Raises Unavailable."""
        with translated():
            return page(self.connection, after, limit)

    def end(self) -> int:
        with translated():
            return LastPosition(self.connection).value()

    def wait(self, seconds: float) -> bool:
        """Whether something was appended within that time (or before, since the last call). Raises Unavailable."""
        with translated():
            return any(True for _ in self.connection.notifies(timeout=seconds, stop_after=1))

    def close(self) -> None:
        self.connection.close()
