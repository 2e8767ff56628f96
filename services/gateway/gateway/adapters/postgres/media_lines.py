"""Files that wait to be moved, in PostgreSQL: written in the transactions of their messages' streams."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

from psycopg import Connection
from psycopg.rows import dict_row
from recado_chassis.store import Effect
from recado_events.envelope import Cause
from recado_events.ids import CustomerId, MessageId, OrganisationId, PhoneNumberId

from gateway.application.media_ports import Waiting
from gateway.domain.fetching import Fetch

ENTER = """
INSERT INTO pending_media (message_id, direction, organisation_id, phone_number_id, customer_id, due_at, send_by,
    correlation_id, causation_id, traceparent)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (message_id) DO NOTHING
"""
LEAVE = "DELETE FROM pending_media WHERE message_id = %s"
PUT_OFF = "UPDATE pending_media SET attempts = %s, due_at = %s WHERE message_id = %s"
FORGET = "DELETE FROM pending_media WHERE direction = 'upload' AND send_by <= %s"
TAKE = files("gateway.adapters.postgres").joinpath("media_due.sql").read_text()
COUNT = "SELECT direction, count(*) AS count FROM pending_media GROUP BY direction"
OF_ONE = 3
"""Files of one organisation under way at a time."""
AGAIN = timedelta(minutes=5)
"""Longer than any attempt: one that was handed out and not heard of is handed out anew."""

Connect = Callable[[], AbstractContextManager[Connection[Any]]]


class _Line:
    def __init__(self, connection: Connect, direction: str) -> None:
        self._connection = connection
        self._direction = direction

    def _entered(self, waiting: Waiting, at: datetime, send_by: datetime | None) -> Effect:
        place = [waiting.organisation_id, waiting.phone_number_id, waiting.customer_id]
        why = [waiting.cause.correlation_id, waiting.cause.causation_id, waiting.cause.traceparent]
        values = [waiting.message_id, self._direction, *place, at, send_by, *why]
        return lambda connection: _run(connection, ENTER, values)

    def leave(self, message_id: MessageId) -> Effect:
        return lambda connection: _run(connection, LEAVE, [message_id])

    def put_off(self, message_id: MessageId, attempts: int, until: datetime) -> None:
        with self._connection() as connection:
            connection.execute(PUT_OFF, [attempts, until, message_id])

    def take(self, now: datetime, limit: int, under_way: Sequence[OrganisationId] = ()) -> Sequence[Waiting]:
        asked = {"direction": self._direction, "limit": limit, "of_one": OF_ONE, "under_way": list(under_way)}
        values = {**asked, "now": now, "again_at": now + AGAIN}
        with self._connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
            return [_waiting(row) for row in cursor.execute(TAKE.encode(), values).fetchall()]


class PendingFetches(_Line):
    """Implements `FetchLine`."""

    def enter(self, waiting: Waiting, at: datetime) -> Effect:
        return self._entered(waiting, at, None)

    def mirror(self, message_id: MessageId, fetch: Fetch) -> Effect:
        if fetch.phase != "fetching":
            return self.leave(message_id)
        values = [fetch.attempts, fetch.retry_not_before, message_id]
        return lambda connection: _run(connection, PUT_OFF, values)


class PendingUploads(_Line):
    """Implements `UploadLine`."""

    def enter(self, waiting: Waiting, at: datetime, send_by: datetime) -> Effect:
        return self._entered(waiting, at, send_by)

    def take(self, now: datetime, limit: int, under_way: Sequence[OrganisationId] = ()) -> Sequence[Waiting]:
        with self._connection() as connection:
            connection.execute(FORGET, [now])
        return super().take(now, limit, under_way)


class MediaTables:
    """Implements `MediaLines`."""

    def __init__(self, connection: Connect) -> None:
        self._connection = connection
        self.fetches = PendingFetches(connection, "fetch")
        self.uploads = PendingUploads(connection, "upload")

    def count(self) -> Mapping[str, int]:
        with self._connection() as connection:
            rows = connection.execute(COUNT).fetchall()
        return {"fetch": 0, "upload": 0, **dict(rows)}


def _run(connection: Connection[Any], statement: str, values: Sequence[Any]) -> None:
    connection.execute(statement.encode(), values)


def _waiting(row: Mapping[str, Any]) -> Waiting:
    return Waiting(
        organisation_id=OrganisationId(row["organisation_id"]),
        phone_number_id=PhoneNumberId(row["phone_number_id"]),
        customer_id=CustomerId(row["customer_id"]),
        message_id=MessageId(row["message_id"]),
        attempts=row["attempts"],
        cause=Cause(row["correlation_id"], row["causation_id"], row["traceparent"]),
    )
