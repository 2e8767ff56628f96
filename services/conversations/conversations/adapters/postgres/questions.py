"""The questions that the screens of conversations ask, as SQL. Every one is about one organisation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import dict_row
from recado_events.ids import MessageId, OrganisationId, PhoneNumberId

from conversations.adapters.postgres import listing
from conversations.adapters.postgres.attachments import FiledAttachments
from conversations.adapters.postgres.blocks import BLOCK_OF
from conversations.adapters.postgres.listing import ONE, USUAL, WORDS_OF, Effort
from conversations.adapters.postgres.past import PAST
from conversations.adapters.postgres.silence import SILENT
from conversations.adapters.postgres.wishes import WISH_OF
from conversations.views.attachments import AttachmentQuestions
from conversations.views.filters import Filters, Place
from conversations.views.questions import Listed, Order, Row, Silent, Viewer

Connect = Callable[[], AbstractContextManager[Connection[Any]]]

_TIMELINE = f"""
    SELECT m.*, e.content AS edited_content, e.occurred_at AS edited_at, v.occurred_at AS revoked_at,
           coalesce((SELECT q.message_id FROM view_inbox.messages q WHERE q.wamid_id = m.reply_to
                     ORDER BY q.position LIMIT 1), m.reply_to) AS quoted_id,
           (SELECT coalesce(jsonb_object_agg(s.status, jsonb_build_object(
                        'at', s.occurred_at, 'reason', s.reason, 'codes', s.codes)), '{{}}')
            FROM view_inbox.statuses s WHERE s.message_id = m.message_id) AS statuses,
           (SELECT coalesce(jsonb_agg(jsonb_build_object(
                        'side', x.side, 'emoji', x.emoji, 'words', {WORDS_OF.format(message="x")})
                    ORDER BY x.occurred_at, x.position), '[]')
            FROM view_inbox.reactions x WHERE x.target_id IN (m.message_id, m.wamid_id)) AS reactions
    FROM view_inbox.messages m
    LEFT JOIN LATERAL (SELECT * FROM view_inbox.edits WHERE target_id IN (m.message_id, m.wamid_id)
                       ORDER BY occurred_at DESC LIMIT 1) e ON true
    LEFT JOIN LATERAL (SELECT * FROM view_inbox.revocations WHERE target_id IN (m.message_id, m.wamid_id)
                       LIMIT 1) v ON true
    WHERE m.conversation_id = %(conversation_id)s AND m.target_id IS NULL
      AND (m.occurred_at, m.source_ordinal, m.position)"""
_OLDEST_FIRST = f"""{_TIMELINE} > (%(at)s, %(ordinal)s, %(position)s)
    ORDER BY m.occurred_at, m.source_ordinal, m.position LIMIT %(limit)s"""
_NEWEST_FIRST = f"""{_TIMELINE} < (%(at)s, %(ordinal)s, %(position)s)
    ORDER BY m.occurred_at DESC, m.source_ordinal DESC, m.position DESC LIMIT %(limit)s"""

_SAVED = """
    SELECT * FROM view_inbox.saved_views
    WHERE organisation_id = %(organisation_id)s AND (shared OR user_id = %(viewer)s)"""
_BADGE = """
    SELECT coalesce(sum(received), 0) - coalesce(sum(seen) FILTER (WHERE user_id = %(viewer)s), 0) AS unread
    FROM view_inbox.counts WHERE organisation_id = %(organisation_id)s"""
_BADGE_OF_OWN = """
    SELECT coalesce(sum(received - seen_own), 0) AS unread
    FROM view_inbox.counts WHERE organisation_id = %(organisation_id)s AND user_id = %(viewer)s"""


_EDGES: dict[Order, tuple[datetime, int, int]] = {
    "oldest": (datetime.min.replace(tzinfo=UTC), -1, 0),
    "newest": (datetime.max.replace(tzinfo=UTC), 2**31 - 1, 2**63 - 1),
}
"""Where a timeline begins that is read from there."""
_LONGEST_AGO = Place(datetime.min.replace(tzinfo=UTC), UUID(int=0))


def _values(viewer: Viewer) -> Row:
    return {"organisation_id": viewer.organisation_id, "viewer": viewer.user_id}


def _limits(viewer: Viewer) -> str:
    return " AND c.assignee = %(viewer)s" if viewer.own_only else ""


class InboxQuestions:
    """Implements `views.Questions`."""

    def __init__(self, connect: Connect, effort: Effort = USUAL) -> None:
        self._connect = connect
        self.files: AttachmentQuestions = FiledAttachments(connect)
        self._effort = effort

    def conversations_of(
        self, viewer: Viewer, filters: Filters, now: datetime, after: Place | None, limit: int
    ) -> Listed:
        with self._connect() as connection:
            return listing.conversations_of(connection, viewer, filters, now, after, limit, self._effort)

    def conversation(self, viewer: Viewer, conversation_id: UUID) -> Row | None:
        found = self._rows(ONE + _limits(viewer), {**_values(viewer), "id": conversation_id})
        return found[0] if found else None

    def owners_of(self, conversation_id: UUID) -> list[Row]:
        sql = "SELECT * FROM view_inbox.owners WHERE conversation_id = %(id)s ORDER BY position"
        return self._rows(sql, {"id": conversation_id})

    def timeline(
        self, conversation_id: UUID, order: Order, after: tuple[datetime, int, int] | None, limit: int
    ) -> list[Row]:
        at, ordinal, position = after or _EDGES[order]
        values = {
            "conversation_id": conversation_id, "at": at, "ordinal": ordinal, "position": position, "limit": limit,
        }  # fmt: skip
        return self._rows(_OLDEST_FIRST if order == "oldest" else _NEWEST_FIRST, values)

    def last_inbound(self, conversation_id: UUID) -> UUID | None:
        sql = """SELECT message_id FROM view_inbox.messages WHERE conversation_id = %(id)s AND direction = 'in'
                 ORDER BY position DESC LIMIT 1"""
        found = self._rows(sql, {"id": conversation_id})
        return found[0]["message_id"] if found else None

    def badge(self, viewer: Viewer) -> int:
        sql = _BADGE_OF_OWN if viewer.own_only else _BADGE
        return int(self._rows(sql, _values(viewer))[0]["unread"])

    def saved_views_of(self, viewer: Viewer) -> list[Row]:
        return self._rows(_SAVED + " ORDER BY position", _values(viewer))

    def saved_view(self, viewer: Viewer, view_id: UUID) -> Row | None:
        found = self._rows(_SAVED + " AND view_id = %(id)s", {**_values(viewer), "id": view_id})
        return found[0] if found else None

    def users_of(self, organisation_id: UUID, after: UUID | None, limit: int) -> list[Row]:
        sql = """SELECT * FROM view_inbox.users WHERE organisation_id = %(organisation_id)s
                 AND (%(after)s::uuid IS NULL OR user_id > %(after)s) ORDER BY user_id LIMIT %(limit)s"""
        return self._rows(sql, {"organisation_id": organisation_id, "after": after, "limit": limit})

    def rota_of(self, organisation_id: UUID, phone_number_id: str) -> Row | None:
        sql = """SELECT * FROM view_inbox.rotas
                 WHERE organisation_id = %(organisation_id)s AND phone_number_id = %(phone_number_id)s"""
        found = self._rows(sql, {"organisation_id": organisation_id, "phone_number_id": phone_number_id})
        return found[0] if found else None

    def unanswered(self, now: datetime, limit: int) -> list[tuple[OrganisationId, MessageId]]:
        sql = """SELECT organisation_id, message_id FROM view_inbox.requests
                 WHERE send_by <= %(now)s ORDER BY send_by LIMIT %(limit)s"""
        found = self._rows(sql, {"now": now, "limit": limit})
        return [(OrganisationId(row["organisation_id"]), MessageId(row["message_id"])) for row in found]

    def draining(self) -> list[tuple[OrganisationId, PhoneNumberId]]:
        found = self._rows("SELECT * FROM view_inbox.draining", {})
        return [(OrganisationId(row["organisation_id"]), PhoneNumberId(row["phone_number_id"])) for row in found]

    def block_of(self, customer_id: UUID) -> Row | None:
        return next(iter(self._rows(BLOCK_OF, {"id": customer_id})), None)

    def wish_of(self, customer_id: UUID) -> Row | None:
        return next(iter(self._rows(WISH_OF, {"id": customer_id})), None)

    def past_of(
        self, organisation_id: UUID, threads: Sequence[UUID], before: tuple[datetime, UUID] | None, limit: int
    ) -> list[Row]:
        at, message_id = before or (None, None)
        values = {"organisation_id": organisation_id, "threads": list(threads), "at": at, "id": message_id}
        return self._rows(PAST, {**values, "limit": limit})

    def silent(self, now: datetime, after: Place | None, limit: int) -> list[Silent]:
        at, conversation_id = after or _LONGEST_AGO
        found = self._rows(SILENT, {"now": now, "at": at, "id": conversation_id, "limit": limit})
        return [
            Silent(OrganisationId(row["organisation_id"]), Place(row["last_message_at"], row["conversation_id"]))
            for row in found
        ]

    def _rows(self, sql: str, values: Row) -> list[Row]:
        with self._connect() as connection, connection.cursor(row_factory=dict_row) as cursor:
            found: Sequence[Row] = cursor.execute(sql.encode(), values).fetchall()
            return list(found)
