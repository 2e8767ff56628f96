"""What is kept of outgoing webhooks beside their streams: cursors as people set them, sealed secrets, the log."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

import structlog
from psycopg import Connection
from psycopg.rows import dict_row
from recado_chassis.store import Effect
from recado_events.ids import OrganisationId, SubscriptionId

from gateway.adapters.postgres.tokens import Vault
from gateway.application.subscription_ports import Attempt, Logged, Progress

PURPOSE = "subscription_secret"
# What nobody hears is not looked through, so that its place says nothing any more.
FORGET_UNHEARD = """
DELETE FROM subscription_sources AS known
WHERE NOT EXISTS (SELECT FROM subscription_cursors AS heard WHERE heard.source = known.source)
"""
HOLD_SOURCES = "SELECT source FROM subscription_sources ORDER BY source FOR SHARE"
BEGIN_SOURCES = """
INSERT INTO subscription_sources (source, position)
SELECT * FROM unnest(%s::text[], %s::bigint[]) ON CONFLICT DO NOTHING
"""
DROP_OTHERS = "DELETE FROM subscription_cursors WHERE subscription_id = %s AND source <> ALL (%s)"
# One that rests has nothing waiting up to where its source is looked through.
REACHED = """
UPDATE subscription_cursors AS kept SET position = greatest(kept.position, known.position)
FROM subscription_sources AS known
WHERE kept.source = known.source AND kept.due_at IS NULL AND kept.subscription_id = %s
"""
BEGIN = """
INSERT INTO subscription_cursors AS kept (subscription_id, organisation_id, source, event_types, begun_at, position,
    is_active)
VALUES (%(subscription)s, %(organisation)s, %(source)s, %(types)s, %(end)s, %(end)s, %(active)s)
ON CONFLICT (subscription_id, source) DO UPDATE SET event_types = excluded.event_types, begun_at = kept.position,
    epoch = kept.epoch + 1, begun_epoch = kept.epoch + 1, attempts = 0, due_at = now(), holder = NULL, lent_until = NULL
WHERE kept.event_types <> excluded.event_types
"""
PAUSE = "UPDATE subscription_cursors SET is_active = false WHERE subscription_id = %s"
READDRESS = """
UPDATE subscription_cursors SET epoch = epoch + 1, attempts = 0, holder = NULL, lent_until = NULL,
    due_at = CASE WHEN due_at IS NULL THEN NULL ELSE now() END
WHERE subscription_id = %s
"""
RESUME = f"{READDRESS} AND (attempts > 0 OR NOT is_active)"
ACTIVATE = "UPDATE subscription_cursors SET is_active = true WHERE subscription_id = %s"
REPLAY = """
UPDATE subscription_cursors SET position = %(after)s, begun_at = %(after)s, epoch = epoch + 1,
    begun_epoch = epoch + 1, attempts = 0, due_at = now(), holder = NULL, lent_until = NULL
WHERE subscription_id = %(subscription)s AND source = %(source)s
"""
FORGET = "DELETE FROM subscription_cursors WHERE subscription_id = %s"
FORGET_SECRETS = "DELETE FROM subscription_secrets WHERE subscription_id = %s"
RETIRE = """
DELETE FROM subscription_secrets WHERE subscription_id = %s AND generation < %s - 1
"""
OUTDATE = "UPDATE subscription_secrets SET signs_until = %s WHERE subscription_id = %s AND generation < %s"
KEEP = """
INSERT INTO subscription_secrets (subscription_id, generation, organisation_id, ciphertext) VALUES (%s, %s, %s, %s)
"""
SECRETS = """
SELECT generation, ciphertext FROM subscription_secrets
WHERE subscription_id = %s AND organisation_id = %s AND coalesce(signs_until, 'infinity') > now()
ORDER BY generation DESC
"""
PROGRESS = """
SELECT kept.subscription_id, kept.source, kept.attempts, kept.due_at,
    CASE WHEN kept.due_at IS NULL THEN greatest(kept.position, known.position) ELSE kept.position END AS position
FROM subscription_cursors AS kept LEFT JOIN subscription_sources AS known ON known.source = kept.source
WHERE kept.subscription_id = ANY (%s) ORDER BY kept.source
"""
NOTE = """
INSERT INTO subscription_deliveries (subscription_id, organisation_id, source, position, event_id, event_type, attempt,
    outcome, status, milliseconds, epoch)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
DELIVERIES = """
SELECT * FROM subscription_deliveries
WHERE subscription_id = %(subscription)s AND delivery_id < coalesce(%(before)s, 9223372036854775807)
    AND outcome = coalesce(%(outcome)s, outcome)
ORDER BY delivery_id DESC LIMIT %(limit)s
"""

Key = tuple[OrganisationId, SubscriptionId]
_log = structlog.get_logger()


class KeptSubscriptions:
    """Implements `Keeping`."""

    def __init__(self, connection: Callable[[], AbstractContextManager[Connection[Any]]], vault: Vault) -> None:
        self._connection = connection
        self._vault = vault

    def begin(
        self, subscription: Key, types: Mapping[str, Sequence[str]], ends: Mapping[str, int], *, is_active: bool
    ) -> Effect:
        organisation_id, subscription_id = subscription

        def write(connection: Connection[Any]) -> None:
            connection.execute(FORGET_UNHEARD)
            connection.execute(BEGIN_SOURCES, [sorted(types), [ends[source] for source in sorted(types)]])
            connection.execute(HOLD_SOURCES)
            connection.execute(REACHED, [subscription_id])
            connection.execute(DROP_OTHERS, [subscription_id, sorted(types)])
            about = {"subscription": subscription_id, "organisation": organisation_id, "active": is_active}
            for source in sorted(types):
                begun = {"source": source, "types": sorted(types[source]), "end": ends[source]}
                connection.execute(BEGIN, about | begun)

        return write

    def keep_secret(self, subscription: Key, generation: int, secret: str, old_until: datetime) -> Effect:
        sealed = self._vault.seal(secret, *place_of(subscription, generation))
        organisation_id, subscription_id = subscription

        def write(connection: Connection[Any]) -> None:
            connection.execute(RETIRE, [subscription_id, generation])
            connection.execute(OUTDATE, [old_until, subscription_id, generation])
            connection.execute(KEEP, [subscription_id, generation, organisation_id, sealed])

        return write

    def pause(self, subscription_id: SubscriptionId) -> Effect:
        return _executing((PAUSE, [subscription_id]))

    def resume(self, subscription_id: SubscriptionId) -> Effect:
        return _executing((RESUME, [subscription_id]), (ACTIVATE, [subscription_id]))

    def readdress(self, subscription_id: SubscriptionId) -> Effect:
        return _executing((READDRESS, [subscription_id]))

    def replay(self, subscription_id: SubscriptionId, source: str, after: int) -> Effect:
        return _executing((REPLAY, {"subscription": subscription_id, "source": source, "after": after}))

    def forget(self, subscription_id: SubscriptionId) -> Effect:
        return _executing((FORGET, [subscription_id]), (FORGET_SECRETS, [subscription_id]))

    def secrets(self, subscription: Key) -> list[str]:
        """Those that can be opened. One that cannot counts as absent, and is shown."""
        with self._connection() as connection:
            rows = connection.execute(SECRETS, [subscription[1], subscription[0]]).fetchall()
        opened = (self._open(subscription, generation, bytes(sealed)) for generation, sealed in rows)
        return [secret for secret in opened if secret is not None]

    def progress(self, subscriptions: Collection[SubscriptionId]) -> Mapping[SubscriptionId, Sequence[Progress]]:
        found: dict[SubscriptionId, list[Progress]] = {each: [] for each in subscriptions}
        for row in self._rows(PROGRESS, [list(subscriptions)]):
            of = found[SubscriptionId(row.pop("subscription_id"))]
            of.append(Progress(**row))
        return found

    def note(self, subscription: Key, source: str, attempt: Attempt) -> None:
        with self._connection() as connection:
            note(connection, subscription, source, attempt, None)

    def deliveries(
        self, subscription_id: SubscriptionId, before: int | None, limit: int, outcome: str | None
    ) -> list[Logged]:
        asked = {"subscription": subscription_id, "before": before, "limit": limit, "outcome": outcome}
        return [_logged(row) for row in self._rows(DELIVERIES, asked)]

    def _rows(self, query: str, values: Any) -> list[dict[str, Any]]:
        with self._connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(query.encode(), values).fetchall()

    def _open(self, subscription: Key, generation: int, sealed: bytes) -> str | None:
        try:
            return self._vault.open(sealed, *place_of(subscription, generation))
        except Exception as error:  # noqa: BLE001 - one secret that does not open must not stop all others
            _log.error("subscription_secret_unreadable", subscription_id=str(subscription[1]), exc_info=error)
            return None


def place_of(subscription: Key, generation: int) -> tuple[str, str, str, str]:
    return str(subscription[0]), str(subscription[1]), str(generation), PURPOSE


def note(connection: Connection[Any], subscription: Key, source: str, attempt: Attempt, epoch: int | None) -> None:
    about = [subscription[1], subscription[0], source, attempt.position, attempt.event_id, attempt.event_type]
    connection.execute(NOTE, [*about, attempt.attempt, attempt.outcome, attempt.status, attempt.milliseconds, epoch])


def _executing(*statements: tuple[str, Any]) -> Effect:
    def write(connection: Connection[Any]) -> None:
        for statement, values in statements:
            connection.execute(statement.encode(), values)

    return write


def _logged(row: dict[str, Any]) -> Logged:
    told = ("event_id", "event_type", "position", "attempt", "outcome", "status", "milliseconds")
    attempt = Attempt(**{name: row[name] for name in told})
    return Logged(row["delivery_id"], row["source"], attempt, row["attempted_at"])
