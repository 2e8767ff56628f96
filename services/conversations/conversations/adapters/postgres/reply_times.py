"""Reply times, worked out from the messages that are shown when somebody asks: nothing is kept for them, so they are
never other than what the timelines say."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

from psycopg import Connection
from recado_chassis.storing.bounded import bounded

from conversations.adapters.postgres.conditions import LOST
from conversations.adapters.postgres.listing import WORDS_OF
from conversations.views.reply_times import Day


# Each message of the business within the days is looked at by itself: what it follows, and what the customer wrote
# between. Both are found along the index of the timeline, however long the conversation is.
def _arrived(message: str) -> str:
    return f"EXISTS (SELECT FROM (SELECT {WORDS_OF.format(message=message)} AS words OFFSET 0) told WHERE NOT {LOST})"


_PLACE = "({message}.occurred_at, {message}.source_ordinal, {message}.position)"
_R, _B, _I = (_PLACE.format(message=message) for message in "rbi")
_BEFORE = f"""
    SELECT b.occurred_at, b.source_ordinal, b.position FROM view_inbox.messages b
    WHERE b.conversation_id = r.conversation_id AND b.direction <> 'in' AND b.target_id IS NULL
      AND {_B} < {_R} AND {_arrived("b")}
    ORDER BY b.occurred_at DESC, b.source_ordinal DESC, b.position DESC LIMIT 1"""
_WAITED = f"""
    SELECT i.occurred_at FROM view_inbox.messages i
    WHERE i.conversation_id = r.conversation_id AND i.direction = 'in' AND i.target_id IS NULL AND {_I} < {_R}
      AND {_I} > (coalesce(b.occurred_at, '-infinity'), coalesce(b.source_ordinal, -1), coalesce(b.position, 0))
    ORDER BY i.occurred_at, i.source_ordinal, i.position LIMIT 1"""
_REPLIES = f"""
    SELECT d.day, r.sent_by AS user_id, b.position IS NULL AS is_first,
           greatest(0, extract(epoch FROM r.occurred_at - i.occurred_at))::bigint AS seconds
    FROM (SELECT conversation_id FROM view_inbox.conversations
          WHERE organisation_id = %(organisation_id)s AND last_message_at >= %(begins)s OFFSET 0) c
    JOIN view_inbox.messages r USING (conversation_id)
    JOIN unnest(%(days)s::date[], %(begin)s::timestamptz[], %(end)s::timestamptz[]) AS d (day, begins, ends)
        ON r.occurred_at >= d.begins AND r.occurred_at < d.ends
    LEFT JOIN LATERAL ({_BEFORE}) b ON true
    CROSS JOIN LATERAL ({_WAITED}) i
    WHERE r.direction <> 'in' AND r.target_id IS NULL AND {_arrived("r")}
      AND r.occurred_at >= %(begins)s AND r.occurred_at < %(ends)s
      AND (%(user_id)s::uuid IS NULL OR r.sent_by = %(user_id)s)"""


def _figures(of: str, which: str) -> str:
    return f"""
    count(*){which} AS {of}_count,
    percentile_disc(0.5) WITHIN GROUP (ORDER BY seconds){which} AS {of}_median_seconds,
    round(avg(seconds){which})::bigint AS {of}_mean_seconds, max(seconds){which} AS {of}_longest_seconds"""


_REPORT = f"""
    SELECT day, user_id, {_figures("replies", "")}, {_figures("first_replies", " FILTER (WHERE is_first)")},
           CASE grouping(day, user_id) WHEN 0 THEN 'items' WHEN 2 THEN 'users' ELSE 'total' END AS of
    FROM ({_REPLIES}) replies GROUP BY GROUPING SETS ((day, user_id), (user_id), ())
    ORDER BY day, user_id"""


class ReplyTimes:
    """Implements `views.reply_times.ReplyTimeQuestions`."""

    def __init__(self, connect: Callable[[], AbstractContextManager[Connection[Any]]]) -> None:
        self._connect = connect

    def of(self, organisation_id: UUID, user_id: UUID | None, days: tuple[Day, ...]) -> list[dict[str, Any]]:
        values = {
            "organisation_id": organisation_id,
            "user_id": user_id,
            "begins": days[0].begins,
            "ends": days[-1].ends,
            "days": [each.day for each in days],
            "begin": [each.begins for each in days],
            "end": [each.ends for each in days],
        }
        with self._connect() as connection, bounded(connection) as cursor:
            return cursor.execute(_REPORT.encode(), values).fetchall()
