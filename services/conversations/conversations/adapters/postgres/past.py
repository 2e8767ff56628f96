"""What was written before the number came here, one row a message."""

from __future__ import annotations

PAST_MESSAGE = """
    INSERT INTO past_messages (message_id, organisation_id, phone_number_id, thread_id, kind, content, by_business,
                               status, occurred_at)
    VALUES (%(message_id)s, %(organisation_id)s, %(phone_number_id)s, %(thread_id)s, %(kind)s, %(content)s,
            %(by_business)s, %(status)s, %(occurred_at)s)
    ON CONFLICT (message_id) DO UPDATE SET kind = excluded.kind, content = excluded.content"""

PAST_ONE = """
    SELECT * FROM view_inbox.past_messages
    WHERE message_id = %(id)s AND thread_id = ANY(%(threads)s) AND organisation_id = %(organisation_id)s"""

PAST = """
    SELECT * FROM view_inbox.past_messages p
    WHERE thread_id = ANY(%(threads)s) AND organisation_id = %(organisation_id)s
      AND (%(at)s::timestamptz IS NULL OR (occurred_at, message_id) < (%(at)s, %(id)s))
      AND NOT EXISTS (SELECT FROM view_inbox.messages m WHERE m.wamid_id = p.message_id)
    ORDER BY occurred_at DESC, message_id DESC LIMIT %(limit)s"""
