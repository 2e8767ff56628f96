"""What Meta's lists of templates showed last, in PostgreSQL, and when each is looked at again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

from psycopg import Connection
from recado_chassis.store import Effect
from recado_events.ids import OrganisationId, WabaId

from gateway.application.template_ports import Account, Sighting

BEGIN = """
INSERT INTO template_looks (organisation_id, waba_id, due_at)
SELECT said.organisation_id, said.waba_id, %s FROM unnest(%s::uuid[], %s::text[]) AS said (organisation_id, waba_id)
ON CONFLICT DO NOTHING
"""
DUE = """
UPDATE template_looks SET due_at = %(again_at)s
WHERE (organisation_id, waba_id) IN (SELECT * FROM unnest(%(organisations)s::uuid[], %(wabas)s::text[]))
    AND due_at <= %(now)s
RETURNING organisation_id, waba_id
"""
SEEN = """
SELECT meta_template_id, name, language, digest, told, missed FROM seen_templates
WHERE organisation_id = %s AND waba_id = %s
"""
KEEP = """
INSERT INTO seen_templates (organisation_id, waba_id, meta_template_id, name, language, digest, told, missed)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (organisation_id, waba_id, meta_template_id) DO UPDATE SET name = excluded.name,
    language = excluded.language, digest = excluded.digest, told = excluded.told, missed = excluded.missed
"""
FORGET = "DELETE FROM seen_templates WHERE organisation_id = %s AND waba_id = %s AND meta_template_id = %s"


class SeenTemplates:
    """Implements `Sightings`."""

    def __init__(self, connection: Callable[[], AbstractContextManager[Connection[Any]]]) -> None:
        self._connection = connection

    def due(self, accounts: Sequence[Account], now: datetime, interval: timedelta) -> list[Account]:
        columns = [[account[0] for account in accounts], [account[1] for account in accounts]]
        named = {"organisations": columns[0], "wabas": columns[1]}
        with self._connection() as connection:
            connection.execute(BEGIN, [now, *columns])
            rows = connection.execute(DUE, {**named, "now": now, "again_at": now + interval}).fetchall()
        return [(OrganisationId(organisation_id), WabaId(waba_id)) for organisation_id, waba_id in rows]

    def of(self, account: Account) -> Mapping[str, Sighting]:
        with self._connection() as connection:
            rows = connection.execute(SEEN, list(account)).fetchall()
        return {meta_id: Sighting(*told) for meta_id, *told in rows}

    def keep(self, account: Account, seen: Mapping[str, Sighting | None]) -> Effect:
        kept = [
            (*account, meta_id, one.name, one.language, one.digest, one.told, one.missed)
            for meta_id, one in seen.items()
            if one is not None
        ]
        gone = [(*account, meta_id) for meta_id, one in seen.items() if one is None]

        def write(connection: Connection[Any]) -> None:
            with connection.cursor() as cursor:
                cursor.executemany(KEEP, kept)
                cursor.executemany(FORGET, gone)

        return write
