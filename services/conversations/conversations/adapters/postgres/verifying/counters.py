"""Counters of unread messages, as people see them, beside a recount from the log."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from psycopg import Connection
from recado_chassis.verifying.figures import Figure, none_of, told
from recado_events.conversations import ConversationRead, MessageReceived
from recado_events.ids import ConversationId, UserId

from conversations.adapters.postgres.verifying.facts import Facts

Counts = dict[tuple[UUID, UUID | None], int]
"""By conversation and user; None stands for somebody who has read nothing."""

_SHOWN = """
SELECT c.conversation_id, r.user_id, c.received - coalesce(r.seen, 0) FROM view_inbox.conversations c
CROSS JOIN LATERAL (
    SELECT user_id, seen FROM view_inbox.read_marks WHERE conversation_id = c.conversation_id
    UNION ALL SELECT NULL, 0
) AS r
"""
_WRONG_SUMS = """
WITH received AS (
    SELECT organisation_id, coalesce(assignee, '00000000-0000-0000-0000-000000000000') AS user_id, sum(received) AS of
    FROM view_inbox.conversations GROUP BY 1, 2
), seen AS (
    SELECT c.organisation_id, r.user_id, sum(r.seen) AS of, sum(r.seen) FILTER (WHERE r.user_id = c.assignee) AS own
    FROM view_inbox.read_marks r JOIN view_inbox.conversations c USING (conversation_id) GROUP BY 1, 2
)
SELECT user_id FROM received FULL JOIN seen USING (organisation_id, user_id)
FULL JOIN view_inbox.counts USING (organisation_id, user_id)
WHERE (coalesce(received.of, 0), coalesce(seen.of, 0), coalesce(seen.own, 0))
   <> (coalesce(counts.received, 0), coalesce(counts.seen, 0), coalesce(counts.seen_own, 0))
"""


def figures(of: str, connection: Connection[Any], facts: Facts) -> Iterator[Figure]:
    shown: Counts = {(talk, user): count for talk, user, count in connection.execute(_SHOWN)}
    counted = _recount(facts)
    names = {name for name in shown.keys() | counted.keys() if shown.get(name, 0) != counted.get(name, 0)}
    yield told(of, "counters of unread messages", len(shown))
    yield none_of(of, "counters that a recount contradicts", sorted({str(talk) for talk, _ in names}))
    wrong = sorted(str(user) for (user,) in connection.execute(_WRONG_SUMS))
    yield none_of(of, "users whose badge does not add up", wrong)


def _recount(facts: Facts) -> Counts:
    received: defaultdict[ConversationId, list[int]] = defaultdict(list)
    places = {}
    for position, event in facts.placed(MessageReceived):
        received[event.conversation_id].append(position)
        places[event.message_id] = position
    marks: dict[tuple[ConversationId, UserId | None], int] = {(talk, None): 0 for talk in received}
    for read in facts.of(ConversationRead):
        at = read.conversation_id, read.user_id
        marks[at] = max(marks.get(at, 0), places.get(read.up_to_id, 0))
    return {(talk, user): sum(position > mark for position in received[talk]) for (talk, user), mark in marks.items()}
