"""The sends that wait, in PostgreSQL: written in the transactions of their streams, asked for by the dispatcher."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

from psycopg import Connection
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb
from recado_chassis.store import Effect
from recado_events.envelope import Cause
from recado_events.ids import CustomerId, MessageId, OrganisationId, PhoneNumberId

from gateway.adapters.postgres import buckets
from gateway.application.ports import Due, Silent, Wanted
from gateway.domain.dispatch import Dispatch
from gateway.domain.pace import PAIR_RATE, PHONE_APP_PER_SECOND, number_rate

ENTER = """
INSERT INTO pending_sends (message_id, organisation_id, phone_number_id, customer_id, partition, due_at, send_by, pair,
    correlation_id, causation_id, traceparent)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (message_id) DO NOTHING
"""
MIRROR = """
UPDATE pending_sends AS pending SET state = said.state, attempt = said.attempt,
    due_at = coalesce(said.due_at, pending.due_at), started_at = CASE
        WHEN said.state <> 'started' THEN NULL
        WHEN (pending.state, pending.attempt) = (said.state, said.attempt) THEN pending.started_at
        ELSE clock_timestamp() END
FROM unnest(%s::uuid[], %s::text[], %s::integer[], %s::timestamptz[]) AS said (message_id, state, attempt, due_at)
WHERE pending.message_id = said.message_id
"""
NOTE_PHONE_APP = "INSERT INTO phone_app_numbers (phone_number_id) VALUES (%s) ON CONFLICT DO NOTHING"
NOTE_NO_PHONE_APP = "DELETE FROM phone_app_numbers WHERE phone_number_id = %s"
LEAVE = "DELETE FROM pending_sends WHERE message_id = ANY (%s)"
DUE = files("gateway.adapters.postgres").joinpath("due.sql").read_text()
EXPIRED = "SELECT * FROM pending_sends WHERE state = 'queued' AND send_by <= %s ORDER BY send_by LIMIT %s"
SILENT = """
SELECT *, now() - started_at AS lasted FROM pending_sends
WHERE state = 'started' AND started_at <= now() - %s ORDER BY started_at LIMIT %s
"""
COUNT = "SELECT state, count(*) AS count FROM pending_sends GROUP BY state"

Row = dict[str, Any]


class PendingSends:
    """Implements `Line`."""

    def __init__(self, connection: Callable[[], AbstractContextManager[Connection[Any]]], per_second: int) -> None:
        """`per_second`: how many messages a number may send."""
        self._connection = connection
        self._rate = number_rate(per_second)
        self._phone_app_rate = number_rate(min(per_second, PHONE_APP_PER_SECOND))

    def enter(self, due: Due, partition: int, send_by: datetime, at: datetime) -> Effect:
        place = [due.message_id, due.organisation_id, due.phone_number_id, due.customer_id, partition]
        why = [due.cause.correlation_id, due.cause.causation_id, due.cause.traceparent]

        def write(connection: Connection[Any]) -> None:
            connection.execute(ENTER, [*place, at, send_by, due.pair, *why], prepare=True)

        return write

    def mirror(self, states: Mapping[MessageId, Dispatch]) -> Effect:
        staying = {key: state for key, state in states.items() if state.phase in ("queued", "started")}
        gone = [key for key in states if key not in staying]
        columns = [
            list(staying),
            [state.phase for state in staying.values()],
            [state.attempt for state in staying.values()],
            [state.retry_not_before for state in staying.values()],
        ]

        def write(connection: Connection[Any]) -> None:
            if staying:
                connection.execute(MIRROR, columns, prepare=True)
            if gone:
                connection.execute(LEAVE, [gone], prepare=True)

        return write

    def note_number(self, phone_number_id: PhoneNumberId, *, is_on_phone_app: bool) -> Effect:
        def write(connection: Connection[Any]) -> None:
            connection.execute(NOTE_PHONE_APP if is_on_phone_app else NOTE_NO_PHONE_APP, [phone_number_id])

        return write

    def spend(self, started: Sequence[Due]) -> Effect:
        return lambda connection: buckets.spend(connection, started, self._rate, self._phone_app_rate)

    def due(self, wanted: Wanted, now: datetime) -> list[Due]:
        rates = {"number_rate": self._rate.per_second, "phone_app_rate": self._phone_app_rate.per_second}
        pair = {"pair_burst": PAIR_RATE.burst, "pair_rate": PAIR_RATE.per_second}
        room = {"rooms": Jsonb(dict(wanted.rooms)), "room": wanted.room, "limit": wanted.limit}
        partitions = None if wanted.partitions is None else list(wanted.partitions)
        return self._ask(DUE, {"now": now, "partitions": partitions, **rates, **pair, **room})

    def expired(self, now: datetime, limit: int) -> list[Due]:
        return self._ask(EXPIRED, [now, limit])

    def silent(self, at_least: timedelta, limit: int) -> list[Silent]:
        return [Silent(_due(row), row["lasted"]) for row in self._rows(SILENT, [at_least, limit])]

    def count(self) -> Mapping[str, int]:
        return {"queued": 0, "started": 0} | {row["state"]: row["count"] for row in self._rows(COUNT, [])}

    def tidy(self) -> None:
        with self._connection() as connection:
            buckets.forget_full(connection, self._rate)

    def _ask(self, query: str, values: Mapping[str, Any] | Sequence[Any]) -> list[Due]:
        return [_due(row) for row in self._rows(query, values)]

    def _rows(self, query: str, values: Mapping[str, Any] | Sequence[Any]) -> list[Row]:
        with self._connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(query.encode(), values, prepare=True).fetchall()


def _due(row: Row) -> Due:
    return Due(
        organisation_id=OrganisationId(row["organisation_id"]),
        phone_number_id=PhoneNumberId(row["phone_number_id"]),
        customer_id=CustomerId(row["customer_id"]),
        message_id=MessageId(row["message_id"]),
        attempt=row["attempt"],
        pair=row["pair"],
        cause=Cause(row["correlation_id"], row["causation_id"], row["traceparent"]),
        is_on_phone_app=row.get("is_on_phone_app", False),
    )
