"""What open screens ask of the views, for all of them together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from recado_events.ids import CustomerId, UserId

from conversations.adapters.postgres.questions import Connect
from conversations.application.watching import Counts, Owners
from conversations.views import Viewer

_OWNERS = """
SELECT c.customer_id, c.conversation_id, (
    SELECT o.user_id FROM view_inbox.owners o
    WHERE o.conversation_id = c.conversation_id AND o.position <= %(position)s ORDER BY o.position DESC LIMIT 1
) FROM view_inbox.conversations c WHERE c.customer_id = ANY (%(customers)s)
"""
# Who has read equally far has as much left to read, so that it is counted once.
_UNREAD = """
WITH asked AS (
    SELECT a.user_id, a.conversation_id, coalesce(r.position, 0) AS mark
    FROM unnest(%(users)s::uuid[], %(conversations)s::uuid[]) AS a (user_id, conversation_id)
    LEFT JOIN view_inbox.read_marks r USING (user_id, conversation_id)
), counted AS (
    SELECT d.conversation_id, d.mark, (
        SELECT count(*) FROM view_inbox.messages m
        WHERE m.conversation_id = d.conversation_id AND m.direction = 'in' AND m.position > d.mark
    ) AS unread FROM (SELECT DISTINCT conversation_id, mark FROM asked) AS d
)
SELECT user_id, conversation_id, unread FROM asked JOIN counted USING (conversation_id, mark)
"""
_BADGES = """
WITH received AS (
    SELECT c.conversation_id, c.assignee, count(*) AS messages
    FROM view_inbox.conversations c JOIN view_inbox.messages m USING (conversation_id)
    WHERE c.organisation_id = %(organisation)s AND m.direction = 'in' GROUP BY 1, 2
), seen AS (
    SELECT r.user_id, c.assignee, (
        SELECT count(*) FROM view_inbox.messages m
        WHERE m.conversation_id = r.conversation_id AND m.direction = 'in' AND m.position <= r.position
    ) AS messages
    FROM view_inbox.read_marks r JOIN view_inbox.conversations c USING (conversation_id)
    WHERE c.organisation_id = %(organisation)s AND r.user_id = ANY (%(users)s)
)
SELECT a.user_id, a.own_only, (
    (SELECT coalesce(sum(messages), 0) FROM received WHERE NOT a.own_only OR assignee = a.user_id)
    - (SELECT coalesce(sum(messages), 0) FROM seen
       WHERE seen.user_id = a.user_id AND (NOT a.own_only OR assignee = a.user_id))
)::bigint FROM unnest(%(users)s::uuid[], %(own)s::boolean[]) AS a (user_id, own_only)
"""


class WatchedViews:
    """Implements `application.watching.Watched`."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect

    def owners_of(self, customers: Iterable[CustomerId], position: int) -> Owners:
        found: Owners = {customer: {} for customer in customers}
        for customer, conversation, owner in self._rows(_OWNERS, customers=list(found), position=position):
            found[customer][conversation] = owner
        return found

    def counts(self, viewers: Iterable[Viewer], pairs: Iterable[tuple[UserId, UUID]]) -> Counts:
        asked, unread = list(viewers), list(pairs)
        users, own = [viewer.user_id for viewer in asked], [viewer.own_only for viewer in asked]
        badges: dict[Viewer, int] = {}
        for organisation in {viewer.organisation_id for viewer in asked}:
            for user, own_only, badge in self._rows(_BADGES, organisation=organisation, users=users, own=own):
                badges[Viewer(organisation, user, own_only)] = badge
        users, conversations = [user for user, _ in unread], [conversation for _, conversation in unread]
        rows = self._rows(_UNREAD, users=users, conversations=conversations) if unread else []
        return Counts(badges, {(user, conversation): count for user, conversation, count in rows})

    def _rows(self, sql: str, **values: Any) -> list[Any]:
        with self._connect() as connection:
            return connection.execute(sql.encode(), values).fetchall()
