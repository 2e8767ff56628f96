"""The archive of updates in PostgreSQL, and the part of it that waits for somebody to serve its number."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row, dict_row
from recado_chassis.store import Effect
from recado_events.ids import OrganisationId

from gateway.application.archive import Headers, Heap, Kept, RecordId, Span, Standing, Wanted

_COLUMNS = """
    topic, partition, "offset", record_id, type, organisation_id, waba_id, phone_number_id, received_at, key, value,
    headers, standing"""
WRITE = f"""
INSERT INTO inbound_archive ({_COLUMNS})
SELECT * FROM unnest(%s::text[], %s::integer[], %s::bigint[], %s::text[], %s::text[], %s::uuid[], %s::text[],
    %s::text[], %s::timestamptz[], %s::bytea[], %s::bytea[], %s::bytea[], %s::text[])
ON CONFLICT DO NOTHING
"""
PURGE = """
DELETE FROM inbound_archive WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM inbound_archive WHERE received_at < %s ORDER BY received_at LIMIT %s))
"""
TAKE = f"""
UPDATE inbound_archive SET lent_until = now() + interval '30 seconds' WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM inbound_archive WHERE standing = 'waiting' AND coalesce(lent_until, '-infinity') < now()
    ORDER BY received_at, partition, "offset" LIMIT %s FOR UPDATE SKIP LOCKED))
RETURNING {_COLUMNS}
"""
SETTLE = """
UPDATE inbound_archive AS kept SET standing = decided.standing, organisation_id = decided.organisation_id
FROM unnest(%s::text[], %s::integer[], %s::bigint[], %s::text[], %s::text[], %s::uuid[])
    AS decided (topic, partition, "offset", record_id, standing, organisation_id)
WHERE (kept.topic, kept.partition, kept."offset", kept.record_id)
    = (decided.topic, decided.partition, decided."offset", decided.record_id)
"""
LOOK_AGAIN = """
UPDATE inbound_archive AS kept SET standing = 'waiting', lent_until = NULL
FROM unnest(%s::text[], %s::text[], %s::timestamptz[]) AS wanted (waba_id, phone_number_id, since)
WHERE kept.standing = 'held' AND kept.waba_id = wanted.waba_id AND kept.phone_number_id = wanted.phone_number_id
    AND kept.received_at >= coalesce(wanted.since, '-infinity')
"""
RELEASE = """
UPDATE inbound_archive SET standing = 'waiting', lent_until = NULL
WHERE standing = 'held' AND phone_number_id = %(number)s AND waba_id = coalesce(%(account)s, waba_id)
"""
HEAPS = """
SELECT waba_id, phone_number_id, type, standing, count(*) AS count, min(received_at) AS first_received_at,
    max(received_at) AS last_received_at
FROM inbound_archive
WHERE standing IS NOT NULL AND standing <> 'released'
    AND phone_number_id = coalesce(%(number)s, phone_number_id) AND waba_id = coalesce(%(account)s, waba_id)
GROUP BY waba_id, phone_number_id, type, standing ORDER BY max(received_at) DESC LIMIT %(limit)s
"""
COUNT = """
SELECT standing, count(*) FROM inbound_archive WHERE standing IN ('waiting', 'held', 'forged') GROUP BY standing
"""
OF_SPAN = f"""
SELECT {_COLUMNS}
FROM inbound_archive
WHERE topic = %(topic)s AND received_at >= %(at)s AND received_at < %(before)s AND organisation_id IS NOT NULL
    AND (received_at, partition, "offset", record_id) > (%(at)s, %(partition)s, %(offset)s, %(id)s)
    AND phone_number_id = coalesce(%(number)s, phone_number_id) AND type = coalesce(%(type)s, type)
ORDER BY received_at, partition, "offset", record_id LIMIT %(limit)s
"""
UNDECIDED: Mapping[Standing, int] = {"waiting": 0, "held": 0, "forged": 0}


class UpdateArchive:
    """Implements `Archive` and `Quarantine`."""

    def __init__(self, connection: Callable[[], AbstractContextManager[Connection[Any]]]) -> None:
        """`connection` gives one in autocommit mode."""
        self._connection = connection

    def of_span(self, span: Span, after: Kept | None, limit: int) -> list[Kept]:
        place = RecordId(span.topic, -1, -1, "") if after is None else after.id
        behind = {"at": span.since if after is None else after.received_at, **place._asdict()}
        asked = {"before": span.before, "number": span.phone_number_id, "type": span.type, "limit": limit}
        with self._connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
            return [_kept(row) for row in cursor.execute(OF_SPAN, {**behind, **asked}).fetchall()]

    def page(self, rows: Sequence[Kept]) -> Effect:
        def write(connection: Connection[Any]) -> None:
            columns = zip(*map(_values, rows), strict=True)
            connection.execute(WRITE, [list(column) for column in columns])

        return write

    def purge(self, before: datetime, limit: int) -> int:
        with self._connection() as connection:
            return connection.execute(PURGE, [before, limit]).rowcount

    def take(self, limit: int) -> list[Kept]:
        with self._connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
            taken = map(_kept, cursor.execute(TAKE, [limit]).fetchall())
            return sorted(taken, key=lambda kept: (kept.received_at, kept.id))

    def settle(self, decided: Mapping[RecordId, tuple[Standing, OrganisationId | None]]) -> None:
        columns = zip(*((*key, *decision) for key, decision in decided.items()), strict=True)
        with self._connection() as connection:
            connection.execute(SETTLE, [list(column) for column in columns])

    def look_again(self, wanted: Collection[Wanted]) -> int:
        with self._connection() as connection:
            columns = [list(column) for column in zip(*wanted, strict=True)]
            return connection.execute(LOOK_AGAIN, columns).rowcount if columns else 0

    def release(self, phone_number_id: str, waba_id: str | None) -> int:
        with self._connection() as connection:
            return connection.execute(RELEASE, {"number": phone_number_id, "account": waba_id}).rowcount

    def count(self) -> Mapping[Standing, int]:
        with self._connection() as connection:
            return {**UNDECIDED, **dict(connection.execute(COUNT).fetchall())}

    def heaps(self, phone_number_id: str | None, waba_id: str | None, limit: int) -> list[Heap]:
        asked = {"number": phone_number_id, "account": waba_id, "limit": limit}
        with self._connection() as connection, connection.cursor(row_factory=class_row(Heap)) as cursor:
            return cursor.execute(HEAPS, asked).fetchall()


def _values(kept: Kept) -> tuple[Any, ...]:
    about = (kept.type, kept.organisation_id, kept.waba_id, kept.phone_number_id, kept.received_at)
    return (*kept.id, *about, kept.key, kept.value, _written(kept.headers), kept.standing)


def _kept(row: dict[str, Any]) -> Kept:
    key = RecordId(row.pop("topic"), row.pop("partition"), row.pop("offset"), row.pop("record_id"))
    return Kept(id=key, **{**row, "headers": _read(row["headers"])})


def _written(headers: Headers) -> bytes:
    """Any bytes survive: each stands for the character of its number."""
    return json.dumps([[name, None if value is None else value.decode("latin-1")] for name, value in headers]).encode()


def _read(written: bytes) -> Headers:
    return [(name, None if value is None else value.encode("latin-1")) for name, value in json.loads(written)]
