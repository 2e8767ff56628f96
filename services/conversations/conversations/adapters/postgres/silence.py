"""In which conversations nobody writes any more, by the rule of each number."""

from __future__ import annotations

RULES_CHOSEN = """
    INSERT INTO rules (organisation_id, phone_number_id, close_after)
    VALUES (%(organisation_id)s, %(phone_number_id)s, make_interval(secs => %(close_after)s))
    ON CONFLICT (organisation_id, phone_number_id) DO UPDATE SET close_after = excluded.close_after"""

CHANNEL_NOTED = """
    INSERT INTO rules (organisation_id, phone_number_id, connected)
    VALUES (%(organisation_id)s, %(phone_number_id)s, %(connected)s)
    ON CONFLICT (organisation_id, phone_number_id) DO UPDATE SET connected = excluded.connected"""

ACTIVITY = """
    INSERT INTO activity (conversation_id, noted_at) VALUES (%(conversation_id)s, %(noted_at)s)
    ON CONFLICT (conversation_id) DO UPDATE SET noted_at = greatest(activity.noted_at, excluded.noted_at)"""

SILENT = """
    SELECT r.organisation_id, c.conversation_id, c.last_message_at
    FROM view_inbox.rules r CROSS JOIN LATERAL (
        SELECT conversation_id, last_message_at FROM view_inbox.conversations
        WHERE organisation_id = r.organisation_id AND phone_number_id = r.phone_number_id AND state <> 'closed'
          AND last_message_at <= %(now)s - r.close_after
          AND NOT EXISTS (SELECT FROM view_inbox.activity a
                          WHERE a.conversation_id = conversations.conversation_id
                            AND a.noted_at > %(now)s - r.close_after)
          AND (last_message_at, conversation_id) > (%(at)s, %(id)s)
        ORDER BY last_message_at, conversation_id LIMIT %(limit)s
    ) c
    WHERE r.close_after IS NOT NULL AND r.connected IS NOT FALSE
    ORDER BY c.last_message_at, c.conversation_id LIMIT %(limit)s"""
