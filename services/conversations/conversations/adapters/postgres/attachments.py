"""Files of messages in PostgreSQL: the projection, and what is asked of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from importlib.resources import files
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import dict_row
from recado_chassis.following.row_changes import RowChanges

from conversations.views.attachments import Row, attachment_changes

STATEMENTS = {
    "announced": """
        INSERT INTO attachments (message_id, organisation_id, conversation_id, customer_id, kind, filename, state)
        VALUES (%(message_id)s, %(organisation_id)s, %(conversation_id)s, %(customer_id)s, %(kind)s, %(filename)s,
                'fetching')
        ON CONFLICT (message_id) DO NOTHING""",
    "sent": """
        INSERT INTO attachments (message_id, organisation_id, conversation_id, customer_id, kind, filename, state,
                                 file_key, size, mime_type, thumbnail)
        VALUES (%(message_id)s, %(organisation_id)s, %(conversation_id)s, %(customer_id)s, %(kind)s, %(filename)s,
                'stored', %(file_key)s, %(size)s, %(mime_type)s, %(thumbnail)s)
        ON CONFLICT (message_id) DO NOTHING""",
    "settled": """
        UPDATE attachments SET state = %(state)s, file_key = %(file_key)s, size = %(size)s, mime_type = %(mime_type)s,
            flags = %(flags)s, thumbnail = %(thumbnail)s, reason = %(reason)s
        WHERE message_id = %(message_id)s""",
    "bound": "UPDATE attachments SET wamid_id = %(wamid_id)s WHERE message_id = %(message_id)s",
    "revoked": """
        INSERT INTO revoked (target_id, customer_id) VALUES (%(target_id)s, %(customer_id)s)
        ON CONFLICT (target_id) DO NOTHING""",
}
_SEEN = """
    SELECT a.* FROM view_attachments.attachments a
    WHERE NOT EXISTS (SELECT FROM view_attachments.revoked r WHERE r.target_id IN (a.message_id, a.wamid_id))"""
OF_MESSAGES = f"{_SEEN} AND a.message_id = ANY (%(messages)s)"
OF_MESSAGE = f"{_SEEN} AND a.message_id = %(message_id)s AND a.conversation_id = %(conversation_id)s"

_DDL = files("conversations.adapters.postgres").joinpath("attachments.sql").read_text()

ATTACHMENTS = RowChanges("attachments", _DDL, STATEMENTS, attachment_changes, commute=True)


class FiledAttachments:
    """Implements `views.attachments.AttachmentQuestions`."""

    def __init__(self, connect: Callable[[], AbstractContextManager[Connection[Any]]]) -> None:
        self._connect = connect

    def of_messages(self, message_ids: Sequence[UUID]) -> Mapping[UUID, Row]:
        return {row["message_id"]: row for row in self._rows(OF_MESSAGES, {"messages": list(message_ids)})}

    def of_message(self, conversation_id: UUID, message_id: UUID) -> Row | None:
        found = self._rows(OF_MESSAGE, {"conversation_id": conversation_id, "message_id": message_id})
        return found[0] if found else None

    def _rows(self, sql: str, values: Row) -> list[Row]:
        with self._connect() as connection, connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(sql.encode(), values).fetchall()
