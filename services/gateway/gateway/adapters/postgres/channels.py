"""Channels as the screen lists them, one row an organisation and number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

from psycopg import Connection
from pydantic import TypeAdapter
from recado_chassis.mapper import Placed
from recado_events.gateway import OfChannel
from recado_events.ids import OrganisationId, PhoneNumberId
from recado_events.number_health import OfNotice

from gateway.adapters.postgres import notices
from gateway.domain.connection import Connection as Connected
from gateway.views import ChannelRow, fold

ROW = "SELECT phone_number_id, connection FROM {} WHERE organisation_id = %s AND phone_number_id = %s"
SAVE = """
INSERT INTO channels (organisation_id, phone_number_id, connection) VALUES (%s, %s, %s)
ON CONFLICT (organisation_id, phone_number_id) DO UPDATE SET connection = excluded.connection
"""
DELETE = "DELETE FROM channels WHERE organisation_id = %s AND phone_number_id = %s"
PAGE = """
SELECT phone_number_id, connection FROM view_channels.channels
WHERE organisation_id = %s AND phone_number_id > %s ORDER BY phone_number_id LIMIT %s
"""
_CONNECTION = TypeAdapter(Connected)


class Channels:
    """The projection. A change of what a connection is made of needs another comment in `ddl`, which rebuilds it."""

    name = "channels"
    ddl = (
        """
    -- connection: gateway.domain.connection.Connection, second form
    CREATE TABLE channels (
        organisation_id uuid NOT NULL,
        phone_number_id text COLLATE "C" NOT NULL,
        connection json NOT NULL,
        PRIMARY KEY (organisation_id, phone_number_id)
    );
    """
        + notices.DDL
    )

    def write(self, connection: Connection[Any], page: Sequence[Placed]) -> None:
        for placed in page:
            if isinstance(placed.event, OfChannel):
                _fold(connection, placed.event)
            elif isinstance(placed.event, OfNotice):
                notices.keep(connection, placed.event)


class ChannelQuestions:
    def __init__(self, connection: Callable[[], AbstractContextManager[Connection[Any]]]) -> None:
        self._connection = connection

    def channel(self, organisation_id: OrganisationId, phone_number_id: PhoneNumberId) -> ChannelRow | None:
        with self._connection() as connection:
            return _row(connection, "view_channels.channels", organisation_id, phone_number_id)

    def health_of(self, row: ChannelRow) -> dict[str, Any]:
        with self._connection() as connection:
            return notices.health_of(connection, row)

    def channels_of(self, organisation_id: OrganisationId, after: str, limit: int) -> list[ChannelRow]:
        with self._connection() as connection:
            rows = connection.execute(PAGE, [organisation_id, after, limit]).fetchall()
        return [ChannelRow(organisation_id, number, _CONNECTION.validate_python(value)) for number, value in rows]


def _fold(connection: Connection[Any], event: OfChannel) -> None:
    before = _row(connection, "channels", event.organisation_id, event.phone_number_id)
    after = fold(before, event)
    if after is None:
        connection.execute(DELETE, [event.organisation_id, event.phone_number_id])
    elif after != before:
        text = _CONNECTION.dump_json(after.connection).decode()
        connection.execute(SAVE, [event.organisation_id, event.phone_number_id, text])


def _row(
    connection: Connection[Any], table: str, organisation_id: OrganisationId, phone_number_id: PhoneNumberId
) -> ChannelRow | None:
    row = connection.execute(ROW.format(table), [organisation_id, phone_number_id]).fetchone()
    if row is None:
        return None
    return ChannelRow(organisation_id, PhoneNumberId(row[0]), _CONNECTION.validate_python(row[1]))
