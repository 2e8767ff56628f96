"""SQL of commands: the answers that repeated commands get again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from psycopg import Connection

from recado_chassis.store import CommandKey, CommandRow

_FIND = """
SELECT body, status, answer, position, done_at FROM commands WHERE organisation_id = %b AND user_id = %b AND key = %b
"""

# Written after the transaction's events and under the write lock: the log's last position is this transaction's.
_KEEP = """
INSERT INTO commands (organisation_id, user_id, key, body, status, answer, position, done_at)
SELECT %s, %s, %s, %s, %s, %s, coalesce(max(notification_id), 0), %s FROM stored_events
"""

_FORGET = """
DELETE FROM commands WHERE ctid = ANY (ARRAY (SELECT ctid FROM commands WHERE done_at < %s LIMIT %s)) RETURNING 1
"""


def find(connection: Connection[Any], key: CommandKey) -> CommandRow | None:
    values = [key.organisation_id, key.user_id, key.key]
    row = connection.cursor(binary=True).execute(_FIND, values, prepare=True).fetchone()
    return row and CommandRow(key, *row)


def keep(connection: Connection[Any], row: CommandRow) -> None:
    """Sends the row; one that is there already violates the primary key."""
    key = row.key
    values = [key.organisation_id, key.user_id, key.key, row.body, row.status, row.answer, row.done_at]
    connection.execute(_KEEP, values, prepare=True)


def forget(connection: Connection[Any], before: datetime, limit: int) -> int:
    """Deletes up to `limit` rows of commands done before that moment; answers how many."""
    return len(connection.execute(_FORGET, [before, limit]).fetchall())
