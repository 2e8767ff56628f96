"""SQL of the inbox: how far each partition is consumed, moved only from where the batch saw it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import Connection, Cursor
from psycopg.rows import args_row

from recado_chassis.store import Fenced, InboxMove, InboxRow

_COLUMNS = (
    "topic, partition, topic_id, next_offset, log, position, accepted, refused, duplicate, parked, paused, moved_at"
)
_ROWS = f"SELECT {_COLUMNS} FROM inbox ORDER BY topic, partition"

# Counts and the time are not compared: they follow from the rest.
_MOVE = """
UPDATE inbox AS i SET (topic_id, next_offset, log, position, paused, accepted, refused, duplicate, parked, moved_at) = (
    m.topic_id, m.next_offset, m.log, m.position, m.paused, m.accepted, m.refused, m.duplicate, m.parked,
    clock_timestamp()
)
FROM unnest(
    %b::text[], %b::integer[], %b::text[], %b::bigint[], %b::text[], %b::bigint[], %b::text[],
    %b::text[], %b::bigint[], %b::text[], %b::bigint[], %b::text[],
    %b::bigint[], %b::bigint[], %b::bigint[], %b::bigint[]
) AS m (
    topic, partition, was_topic_id, was_next_offset, was_log, was_position, was_paused,
    topic_id, next_offset, log, position, paused, accepted, refused, duplicate, parked
)
WHERE i.topic = m.topic AND i.partition = m.partition
    AND i.topic_id = m.was_topic_id AND i.next_offset = m.was_next_offset
    AND i.log IS NOT DISTINCT FROM m.was_log AND i.position IS NOT DISTINCT FROM m.was_position
    AND i.paused IS NOT DISTINCT FROM m.was_paused
RETURNING 1
"""

_ADOPT = f"""
INSERT INTO inbox ({_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, clock_timestamp())
ON CONFLICT (topic, partition) DO NOTHING
"""

_PAUSE = """
UPDATE inbox SET paused = %s WHERE topic = %s AND partition = %s AND topic_id = %s AND next_offset = %s
"""


def rows(connection: Connection[Any]) -> list[InboxRow]:
    return connection.cursor(row_factory=args_row(InboxRow)).execute(_ROWS).fetchall()


def adopt(connection: Connection[Any], row: InboxRow) -> None:
    values = [row.topic, row.partition, *_place(row), row.accepted, row.refused, row.duplicate, row.parked, row.paused]
    connection.execute(_ADOPT, values)


def pause(connection: Connection[Any], row: InboxRow, why: str) -> None:
    connection.execute(_PAUSE, [why, row.topic, row.partition, row.topic_id, row.next_offset])


class Moves:
    """The statement as sent; `check` reads its answer. Counting rows works in a pipeline, `rowcount` does not."""

    def __init__(self, connection: Connection[Any], moves: Sequence[InboxMove]) -> None:
        self._wanted = len(moves)
        self._cursor: Cursor[Any] | None = None
        if moves:
            columns = [list(column) for column in zip(*map(_values, moves), strict=True)]
            self._cursor = connection.execute(_MOVE, columns, prepare=True)

    def check(self) -> None:
        """Raises Fenced."""
        if self._cursor and len(self._cursor.fetchall()) != self._wanted:
            raise Fenced("a partition is not where this batch began")


def _values(move: InboxMove) -> tuple[Any, ...]:
    before, after = move.before, move.after
    counts = (after.accepted, after.refused, after.duplicate, after.parked)
    return (before.topic, before.partition, *_place(before), before.paused, *_place(after), after.paused, *counts)


def _place(row: InboxRow) -> tuple[Any, ...]:
    return row.topic_id, row.next_offset, row.log, row.position
