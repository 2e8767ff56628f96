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
_UNREAD = """
SELECT a.user_id, c.conversation_id, c.received - coalesce(r.seen, 0)
FROM unnest(%(users)s::uuid[], %(conversations)s::uuid[]) AS a (user_id, conversation_id)
JOIN view_inbox.conversations c USING (conversation_id)
LEFT JOIN view_inbox.read_marks r ON r.user_id = a.user_id AND r.conversation_id = a.conversation_id
"""
_BADGES = """
WITH counted AS (SELECT * FROM view_inbox.counts WHERE organisation_id = %(organisation)s),
     everybodys AS (SELECT coalesce(sum(received), 0) AS received FROM counted)
SELECT a.user_id, a.own_only, (CASE
    WHEN a.own_only THEN coalesce(c.received - c.seen_own, 0) ELSE e.received - coalesce(c.seen, 0)
END)::bigint
FROM unnest(%(users)s::uuid[], %(own)s::boolean[]) AS a (user_id, own_only)
CROSS JOIN everybodys e LEFT JOIN counted c USING (user_id)
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
