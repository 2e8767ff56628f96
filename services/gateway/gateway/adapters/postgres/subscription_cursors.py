"""The cursors of outgoing webhooks as the notifier moves them: lent for a while, moved by compare-and-set."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import dict_row
from recado_events.ids import OrganisationId, SubscriptionId

from gateway.adapters.postgres.subscriptions import note
from gateway.application.subscription_ports import Attempt, Concerned, Cursor

AT_ONCE = 32
"""Cursors of one organisation that are lent at a time, so that the slow receivers of one keep no other waiting."""
DUE = "is_active AND due_at <= now() AND coalesce(lent_until, '-infinity') < now() AND (attempts > 0) = %(failing)s"
# Those of whom least are under way come first.
TAKE = f"""
WITH held AS (
    SELECT organisation_id, count(*) AS count FROM subscription_cursors WHERE lent_until >= now() GROUP BY 1
), ranked AS (
    SELECT due.ctid AS place, due.due_at AS since, coalesce(held.count, 0)
        + row_number() OVER (PARTITION BY due.organisation_id ORDER BY due.due_at) AS rank
    FROM subscription_cursors AS due LEFT JOIN held ON held.organisation_id = due.organisation_id
    WHERE {DUE}
), chosen AS (
    SELECT place FROM ranked WHERE rank <= {AT_ONCE} ORDER BY rank, since LIMIT %(limit)s
)
UPDATE subscription_cursors SET holder = %(holder)s, lent_until = now() + %(lease)s WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM subscription_cursors
    WHERE ctid = ANY (ARRAY(SELECT place FROM chosen)) AND {DUE}
    FOR UPDATE SKIP LOCKED))
RETURNING organisation_id, subscription_id, source, event_types, position, epoch, attempts, holder
"""
OURS = """
WHERE subscription_id = %(subscription)s AND source = %(source)s AND holder = %(holder)s AND epoch = %(epoch)s
    AND position = %(position)s
"""
MOVE = f"""
UPDATE subscription_cursors SET position = %(to)s, attempts = 0, lent_until = now() + %(lease)s {OURS}
RETURNING is_active
"""
FAIL = f"""
UPDATE subscription_cursors SET attempts = attempts + 1, due_at = now() + %(pause)s * (1 + random() * 0.1),
    holder = NULL, lent_until = NULL {OURS}
"""
HOLD = "SELECT position FROM subscription_sources WHERE source = %s FOR SHARE"
REST = f"""
UPDATE subscription_cursors SET position = %(to)s, holder = NULL, lent_until = NULL,
    due_at = CASE WHEN %(at_end)s AND %(to)s >= %(looked)s THEN NULL ELSE now() END {OURS}
"""
WAIT = f"""
UPDATE subscription_cursors SET due_at = now() + %(pause)s, holder = NULL, lent_until = NULL {OURS}
"""
FOLLOWED = """
SELECT known.source, known.position FROM subscription_sources AS known
WHERE EXISTS (SELECT FROM subscription_cursors AS heard WHERE heard.source = known.source)
"""
FOLLOW = "UPDATE subscription_sources SET position = %s WHERE source = %s AND position = %s"
# A statement of its own: what rested while the lock of the source was waited for has to be seen.
WAKE = """
UPDATE subscription_cursors AS kept SET due_at = now(), position = greatest(kept.position, %(after)s)
WHERE kept.source = %(source)s AND kept.due_at IS NULL AND EXISTS (
    SELECT FROM unnest(%(organisations)s::uuid[], %(types)s::text[]) AS told (organisation_id, type)
    WHERE told.organisation_id = kept.organisation_id AND told.type = ANY (kept.event_types))
"""
FALL_BACK = "UPDATE subscription_sources SET position = %s WHERE source = %s AND position = %s"
FALL_BACK_TOO = """
UPDATE subscription_cursors SET position = least(position, %(end)s), begun_at = least(begun_at, %(end)s),
    epoch = epoch + 1, due_at = coalesce(due_at, now()), holder = NULL, lent_until = NULL
WHERE source = %(source)s
"""
COUNT = """
SELECT CASE WHEN NOT is_active THEN 'paused' WHEN due_at IS NULL THEN 'idle' WHEN attempts > 0 THEN 'failing'
    ELSE 'due' END AS state, count(*)
FROM subscription_cursors GROUP BY 1
"""
PURGE = """
DELETE FROM subscription_deliveries WHERE delivery_id = ANY (ARRAY(
    SELECT delivery_id FROM subscription_deliveries WHERE attempted_at < %s ORDER BY attempted_at LIMIT %s))
"""
NOBODY: Mapping[str, int] = {"due": 0, "failing": 0, "idle": 0, "paused": 0}


class SubscriptionCursors:
    """Implements `Cursors`. `holder` tells this process's loans from others'."""

    def __init__(
        self, connection: Callable[[], AbstractContextManager[Connection[Any]]], new_id: Callable[[], UUID]
    ) -> None:
        self._connection = connection
        self._new_id = new_id

    def take(self, most: int, failing: int, lease: timedelta) -> list[Cursor]:
        asked = {"holder": self._new_id(), "lease": lease}
        with self._connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
            rows: list[dict[str, Any]] = []
            for is_failing, among in ((True, failing), (False, most)):
                if (limit := min(among, most - len(rows))) > 0:
                    rows += cursor.execute(TAKE, asked | {"failing": is_failing, "limit": limit}).fetchall()
        return [_cursor(row) for row in rows]

    def delivered(self, cursor: Cursor, attempt: Attempt, lease: timedelta) -> Cursor | None:
        moved = {"to": attempt.position, "lease": lease}
        with self._connection() as connection, connection.transaction():
            row = connection.execute(MOVE.encode(), _ours(cursor) | moved).fetchone()
            _note(connection, cursor, attempt)
        if row is None or not row[0]:
            return None
        return replace(cursor, position=attempt.position or cursor.position, attempts=0)

    def failed(self, cursor: Cursor, attempt: Attempt, pause: timedelta) -> bool:
        with self._connection() as connection, connection.transaction():
            was_ours = connection.execute(FAIL.encode(), _ours(cursor) | {"pause": pause}).rowcount > 0
            _note(connection, cursor, attempt)
            return was_ours

    def rest(self, cursor: Cursor, position: int, *, at_end: bool) -> None:
        with self._connection() as connection, connection.transaction():
            known = connection.execute(HOLD, [cursor.source]).fetchone()
            looked = position if known is None else known[0]
            given = {"to": max(position, cursor.position), "at_end": at_end, "looked": looked}
            connection.execute(REST.encode(), _ours(cursor) | given)

    def wait(self, cursor: Cursor, pause: timedelta) -> None:
        with self._connection() as connection:
            connection.execute(WAIT.encode(), _ours(cursor) | {"pause": pause})

    def followed(self) -> Mapping[str, int]:
        with self._connection() as connection:
            return dict(connection.execute(FOLLOWED).fetchall())

    def follow(self, source: str, after: int, to: int, concerned: Collection[Concerned]) -> bool:
        with self._connection() as connection, connection.transaction():
            if connection.execute(FOLLOW, [to, source, after]).rowcount == 0:
                return False
            told = {"organisations": [each[0] for each in concerned], "types": [each[1] for each in concerned]}
            if concerned:
                connection.execute(WAKE, {"source": source, "after": after, **told})
            return True

    def fall_back(self, source: str, stood: int, end: int) -> bool:
        with self._connection() as connection, connection.transaction():
            still_stands = connection.execute(FALL_BACK, [end, source, stood]).rowcount > 0
            if still_stands:
                connection.execute(FALL_BACK_TOO, {"source": source, "end": end})
            return still_stands

    def count(self) -> Mapping[str, int]:
        with self._connection() as connection:
            return {**NOBODY, **dict(connection.execute(COUNT).fetchall())}

    def purge(self, before: datetime, limit: int) -> int:
        with self._connection() as connection:
            return connection.execute(PURGE, [before, limit]).rowcount


def _note(connection: Connection[Any], cursor: Cursor, attempt: Attempt) -> None:
    note(connection, (cursor.organisation_id, cursor.subscription_id), cursor.source, attempt, cursor.epoch)


def _ours(cursor: Cursor) -> dict[str, Any]:
    return {
        "subscription": cursor.subscription_id,
        "source": cursor.source,
        "holder": cursor.holder,
        "epoch": cursor.epoch,
        "position": cursor.position,
    }


def _cursor(row: dict[str, Any]) -> Cursor:
    return Cursor(
        organisation_id=OrganisationId(row["organisation_id"]),
        subscription_id=SubscriptionId(row["subscription_id"]),
        source=row["source"],
        event_types=frozenset(row["event_types"]),
        position=row["position"],
        epoch=row["epoch"],
        attempts=row["attempts"],
        holder=row["holder"],
    )
