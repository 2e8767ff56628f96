"""Requests about templates that wait, in PostgreSQL: written in the transactions of their streams."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

from psycopg import Connection
from psycopg.rows import dict_row
from recado_chassis.store import Effect
from recado_events.envelope import Cause
from recado_events.ids import OrganisationId, RequestId, TemplateId, WabaId

from gateway.application.template_ports import Pending
from gateway.domain.template_request import TemplateRequest

ENTER = """
INSERT INTO pending_template_requests (request_id, organisation_id, waba_id, template_id, due_at, correlation_id,
    causation_id, traceparent)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (request_id) DO NOTHING
"""
MIRROR = """
UPDATE pending_template_requests AS pending SET state = %(state)s, attempt = %(attempt)s,
    due_at = coalesce(%(due_at)s, due_at), started_at = CASE
        WHEN %(state)s <> 'started' THEN NULL
        WHEN (pending.state, pending.attempt) = (%(state)s, %(attempt)s) THEN pending.started_at
        ELSE clock_timestamp() END
WHERE request_id = %(request_id)s
"""
LEAVE = "DELETE FROM pending_template_requests WHERE request_id = %s"
TAKE = """
UPDATE pending_template_requests SET due_at = %(again_at)s
WHERE request_id = ANY (ARRAY(
    SELECT request_id FROM pending_template_requests WHERE state <> 'started' AND due_at <= %(now)s
    ORDER BY due_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED))
RETURNING *, NULL::interval AS lasted
"""
SILENT = """
SELECT *, now() - started_at AS lasted FROM pending_template_requests
WHERE state = 'started' AND started_at <= now() - %s ORDER BY started_at LIMIT %s
"""
AGAIN = timedelta(seconds=30)
"""Longer than any call: one that was handed out and not heard of is handed out anew."""


class PendingTemplateRequests:
    """Implements `TemplateLine`."""

    def __init__(self, connection: Callable[[], AbstractContextManager[Connection[Any]]]) -> None:
        self._connection = connection

    def enter(self, pending: Pending, at: datetime) -> Effect:
        place = [pending.request_id, pending.organisation_id, pending.waba_id, pending.template_id]
        why = [pending.cause.correlation_id, pending.cause.causation_id, pending.cause.traceparent]

        def write(connection: Connection[Any]) -> None:
            connection.execute(ENTER, [*place, at, *why])

        return write

    def mirror(self, request_id: RequestId, state: TemplateRequest) -> Effect:
        values = {"request_id": request_id, "state": state.phase, "attempt": state.attempt}

        def write(connection: Connection[Any]) -> None:
            if state.phase in ("absent", "ended"):
                connection.execute(LEAVE, [request_id])
            else:
                connection.execute(MIRROR, {**values, "due_at": state.retry_not_before})

        return write

    def take(self, now: datetime, limit: int) -> list[Pending]:
        return self._ask(TAKE, {"now": now, "again_at": now + AGAIN, "limit": limit})

    def silent(self, at_least: timedelta, limit: int) -> list[Pending]:
        return self._ask(SILENT, [at_least, limit])

    def _ask(self, query: str, values: dict[str, Any] | Sequence[Any]) -> list[Pending]:
        with self._connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
            return [_pending(row) for row in cursor.execute(query.encode(), values).fetchall()]


def _pending(row: dict[str, Any]) -> Pending:
    return Pending(
        organisation_id=OrganisationId(row["organisation_id"]),
        waba_id=WabaId(row["waba_id"]),
        template_id=TemplateId(row["template_id"]),
        request_id=RequestId(row["request_id"]),
        attempt=row["attempt"],
        cause=Cause(row["correlation_id"], row["causation_id"], row["traceparent"]),
        silent_for=row["lasted"],
    )
