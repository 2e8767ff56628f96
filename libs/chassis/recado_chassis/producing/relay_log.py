"""The relay's one connection to its service's database: lock, news, pages and position live and die together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, LiteralString
from uuid import UUID

from psycopg import AsyncConnection, sql
from psycopg.conninfo import make_conninfo
from psycopg.rows import args_row

from recado_chassis.producing.telling import Row
from recado_chassis.store import Unavailable
from recado_chassis.storing.postgres_connections import BY_INDEX, NETWORK, SET_UP, translated
from recado_chassis.storing.postgres_locks import RELAY, key_of
from recado_chassis.storing.postgres_recorder import CHANNEL, TABLE

_SECONDS = 10.0
IDLE_SECONDS = 20
# A frozen relay keeps its connection open and the lock with it: the server ends what is silent for too long. A position
# lost in a crash of the server costs some duplicates, which is less than a flush to disk for every page.
_OURS = "SET idle_session_timeout = {}; SET synchronous_commit = off;"

_PAGE: LiteralString = f"""
SELECT notification_id, topic, state FROM {TABLE} WHERE notification_id > %b ORDER BY notification_id LIMIT %b
"""
_MOVE = """
UPDATE relay SET position = greatest(position, %s), moved_at = now() RETURNING (SELECT id FROM log)
"""


class RelayLog:
    """Every method raises Unavailable when the database does not answer within 10 s; nothing works after that."""

    def __init__(self, connection: AsyncConnection[Any]) -> None:
        self._connection = connection

    @property
    def usable(self) -> bool:
        return not self._connection.closed

    async def try_to_lead(self) -> bool:
        """Takes the right to relay, at once or not at all; the end of the connection gives it back."""
        return bool(await self._value("SELECT pg_try_advisory_lock(%s::bigint)", [key_of(RELAY)]))

    async def listen(self) -> None:
        """From now on `news` tells of commits. Only for who reads them: news nobody fetches piles up."""
        with translated():
            async with _in_time():
                await self._connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL)))

    async def id(self) -> str:
        return str(await self._value("SELECT id FROM log"))

    async def position(self) -> int:
        """Everything up to here was acknowledged."""
        return int(await self._value("SELECT position FROM relay"))

    async def move(self, position: int) -> str:
        """Remembers the position, never backwards; answers the log's id as it is now."""
        return str(await self._value(_MOVE, [position]))

    async def end(self) -> int:
        return int(await self._value(f"SELECT coalesce(max(notification_id), 0) FROM {TABLE}"))

    async def event_at(self, position: int) -> UUID | None:
        """The id of the event at a position; None where there is none."""
        value: UUID | None = await self._value(f"SELECT event_id FROM {TABLE} WHERE notification_id = %s", [position])
        return value

    async def page(self, after: int, limit: int) -> list[Row]:
        """The log above a position, in order."""
        with translated():
            async with _in_time():
                cursor = self._connection.cursor(row_factory=args_row(Row), binary=True)
                await cursor.execute(_PAGE, [after, limit], prepare=True)
                return await cursor.fetchall()

    async def news(self, seconds: float) -> None:
        """Returns once events were stored (since the last call), or after that time."""
        with translated():
            async for _ in self._connection.notifies(timeout=seconds, stop_after=1):
                pass

    async def _value(self, query: LiteralString, parameters: Sequence[Any] = ()) -> Any:
        with translated():
            async with _in_time():
                cursor = await self._connection.execute(query, parameters, prepare=True)
                row = await cursor.fetchone()
        return row[0] if row else None


@asynccontextmanager
async def relay_log(dsn: str) -> AsyncIterator[RelayLog]:
    """A direct connection: a transaction pooler would lend its lock and its ears to others. Raises Unavailable."""
    with translated():
        conninfo = make_conninfo(dsn, application_name="recado relay", **NETWORK)
        async with _in_time():
            connection = await AsyncConnection.connect(conninfo, autocommit=True)
    try:
        with translated():
            async with _in_time():
                await connection.execute(SET_UP + BY_INDEX)
                await connection.execute(sql.SQL(_OURS).format(IDLE_SECONDS * 1000))
        yield RelayLog(connection)
    finally:
        await connection.close()


@asynccontextmanager
async def _in_time() -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(_SECONDS):
            yield
    except TimeoutError as error:
        raise Unavailable(f"the database did not answer within {_SECONDS:.0f} s") from error
