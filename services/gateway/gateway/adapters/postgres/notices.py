"""What Meta told of numbers and accounts, each notice one row."""

from __future__ import annotations

import json
from typing import Any

from psycopg import Connection
from psycopg.rows import dict_row
from recado_events.number_health import OfNotice

from gateway.views import ChannelRow
from gateway.views.health import ALERTS, STANDING, Notice, digits_of, health, notice_of

DDL = """
    CREATE TABLE notices (
        notice_id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL,
        waba_id text NOT NULL,
        kind text NOT NULL,
        digits text,
        number_id text,
        told_at timestamptz NOT NULL,
        details json NOT NULL
    );
    CREATE INDEX notices_latest ON notices (organisation_id, waba_id, kind, told_at DESC, notice_id DESC);
"""
_KEEP = """
INSERT INTO notices (notice_id, organisation_id, waba_id, kind, digits, number_id, told_at, details)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (notice_id) DO NOTHING
"""
_LATEST = """
SELECT told.* FROM unnest(%(kinds)s::text[]) AS kinds (kind) CROSS JOIN LATERAL (
    SELECT notices.kind, told_at, details FROM view_channels.notices
    WHERE organisation_id = %(organisation_id)s AND waba_id = %(waba_id)s AND notices.kind = kinds.kind
      AND (digits IS NULL OR digits = %(digits)s) AND (number_id IS NULL OR number_id = %(number_id)s)
    ORDER BY told_at DESC, notice_id DESC LIMIT %(limit)s
) AS told
"""


def keep(connection: Connection[Any], event: OfNotice) -> None:
    notice = notice_of(event)
    about = [event.notice_id, event.organisation_id, event.waba_id, notice.kind, notice.digits, notice.number_id]
    connection.execute(_KEEP, [*about, notice.told_at, json.dumps(notice.details)])


def health_of(connection: Connection[Any], row: ChannelRow) -> dict[str, Any]:
    """What was told of this number, by its id or as Meta shows it, and of its account."""
    return health(_latest(connection, row, STANDING, 1), _latest(connection, row, ["alert"], ALERTS))


def _latest(connection: Connection[Any], row: ChannelRow, kinds: list[str], limit: int) -> list[Notice]:
    values = {
        "organisation_id": row.organisation_id,
        "waba_id": row.connection.waba_id,
        "number_id": row.phone_number_id,
        "digits": digits_of(row.connection.display_phone_number),
        "kinds": kinds,
        "limit": limit,
    }
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_LATEST, values).fetchall()
    return [Notice(row["kind"], row["told_at"], row["details"]) for row in rows]
