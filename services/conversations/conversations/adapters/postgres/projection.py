"""The inbox in PostgreSQL: each change of a row as one statement, run for a whole page of the log at once."""

from __future__ import annotations

from importlib.resources import files

from recado_chassis.following.row_changes import RowChanges, Together

from conversations.adapters.postgres import blocks, past, silence
from conversations.views import changes

STATEMENTS = {
    "user_registered": """
        INSERT INTO users (organisation_id, user_id, name, role, profile_id)
        VALUES (%(organisation_id)s, %(user_id)s, %(name)s, %(role)s, %(profile_id)s)
        ON CONFLICT (organisation_id, user_id) DO NOTHING""",
    "user_renamed": """
        UPDATE users SET name = %(name)s WHERE organisation_id = %(organisation_id)s AND user_id = %(user_id)s""",
    "user_role": """
        UPDATE users SET role = %(role)s, profile_id = %(profile_id)s
        WHERE organisation_id = %(organisation_id)s AND user_id = %(user_id)s""",
    "user_presence": """
        UPDATE users SET active = coalesce(%(active)s, active), online = coalesce(%(online)s, online)
        WHERE organisation_id = %(organisation_id)s AND user_id = %(user_id)s""",
    "rota_chosen": """
        INSERT INTO rotas (organisation_id, phone_number_id, members, only_online)
        VALUES (%(organisation_id)s, %(phone_number_id)s, %(members)s, %(only_online)s)
        ON CONFLICT (organisation_id, phone_number_id)
        DO UPDATE SET members = excluded.members, only_online = excluded.only_online""",
    "rules_chosen": silence.RULES_CHOSEN,
    "activity": silence.ACTIVITY,
    "block": blocks.BLOCK,
    "past_message": past.PAST_MESSAGE,
    "customer_known": """
        INSERT INTO customers (customer_id, organisation_id, phone_number_id, name, username, wa_id, user_id)
        VALUES (%(customer_id)s, %(organisation_id)s, %(phone_number_id)s, %(name)s, %(username)s, %(wa_id)s,
                %(user_id)s)
        ON CONFLICT (customer_id) DO UPDATE SET
            name = coalesce(excluded.name, customers.name),
            username = coalesce(excluded.username, customers.username),
            wa_id = coalesce(excluded.wa_id, customers.wa_id),
            user_id = coalesce(excluded.user_id, customers.user_id)""",
    "customer_merged": "UPDATE customers SET merged_into = %(merged_into)s WHERE customer_id = %(customer_id)s",
    "contact_named": """
        INSERT INTO contacts (contact_id, organisation_id, name)
        VALUES (%(contact_id)s, %(organisation_id)s, %(name)s)
        ON CONFLICT (contact_id) DO UPDATE SET name = excluded.name""",
    "contact_linked": "UPDATE customers SET contact_id = %(contact_id)s WHERE customer_id = %(customer_id)s",
    "window": Together("""
        UPDATE customers SET window_closes_at = newest.closes_at
        FROM (
            SELECT DISTINCT ON (customer_id) customer_id, closes_at
            FROM unnest(%(customer_id)b::uuid[], %(closes_at)b::timestamptz[])
            WITH ORDINALITY AS told (customer_id, closes_at, place)
            ORDER BY customer_id, place DESC
        ) AS newest
        WHERE customers.customer_id = newest.customer_id"""),
    "conversation_opened": """
        INSERT INTO conversations (conversation_id, organisation_id, phone_number_id, customer_id, state,
                                   initiated_by, previous_id, opened_at, last_message_at)
        VALUES (%(conversation_id)s, %(organisation_id)s, %(phone_number_id)s, %(customer_id)s, %(state)s,
                %(initiated_by)s, %(previous_id)s, %(opened_at)s, %(opened_at)s)""",
    "conversation_assigned": """
        UPDATE conversations SET assignee = %(user_id)s WHERE conversation_id = %(conversation_id)s""",
    "owner_noted": """
        INSERT INTO owners (conversation_id, position, user_id, how, assigned_by, assigned_at)
        VALUES (%(conversation_id)s, %(position)s, %(user_id)s, %(how)s, %(assigned_by)s, %(assigned_at)s)""",
    "conversation_state": """
        UPDATE conversations SET state = %(state)s, closed_at = %(closed_at)s
        WHERE conversation_id = %(conversation_id)s""",
    "last_message": Together("""
        UPDATE conversations AS known SET
            last_message_at = greatest(known.last_message_at, newest.message_at),
            last_inbound_at = greatest(known.last_inbound_at, newest.inbound_at)
        FROM (
            SELECT conversation_id, max(at) AS message_at, max(at) FILTER (WHERE inbound) AS inbound_at
            FROM unnest(%(conversation_id)b::uuid[], %(occurred_at)b::timestamptz[], %(inbound)b::boolean[])
            AS told (conversation_id, at, inbound)
            GROUP BY conversation_id
        ) AS newest
        WHERE known.conversation_id = newest.conversation_id"""),
    "message": Together("""
        INSERT INTO messages (message_id, organisation_id, conversation_id, customer_id, direction, kind, content,
                              occurred_at, source_ordinal, position, reply_to, target_id, sent_by, wamid_id, send_by,
                              forwarded)
        SELECT * FROM unnest(
            %(message_id)b::uuid[], %(organisation_id)b::uuid[], %(conversation_id)b::uuid[], %(customer_id)b::uuid[],
            %(direction)b::text[], %(kind)b::text[], %(content)b::bytea[], %(occurred_at)b::timestamptz[],
            %(source_ordinal)b::integer[], %(position)b::bigint[], %(reply_to)b::uuid[], %(target_id)b::uuid[],
            %(sent_by)b::uuid[], %(wamid_id)b::uuid[], %(send_by)b::timestamptz[], %(forwarded)b::boolean[])"""),
    "request": """
        INSERT INTO requests (message_id, organisation_id, send_by)
        VALUES (%(message_id)s, %(organisation_id)s, %(send_by)s)""",
    "decided": "DELETE FROM requests WHERE message_id = %(message_id)s",
    "read_up_to": """
        INSERT INTO read_marks (user_id, conversation_id, position)
        SELECT %(user_id)s, %(conversation_id)s, position FROM messages WHERE message_id = %(up_to_id)s
        ON CONFLICT (user_id, conversation_id)
        DO UPDATE SET position = greatest(read_marks.position, excluded.position)""",
    "status": """
        INSERT INTO statuses (message_id, status, occurred_at, reason, codes)
        VALUES (%(message_id)s, %(status)s, %(occurred_at)s, %(reason)s, %(codes)s)
        ON CONFLICT (message_id, status) DO UPDATE SET
            occurred_at = excluded.occurred_at, reason = excluded.reason, codes = excluded.codes
        WHERE excluded.occurred_at < statuses.occurred_at
           OR (excluded.occurred_at = statuses.occurred_at
               AND (excluded.codes, coalesce(excluded.reason, ''))
                   > (statuses.codes, coalesce(statuses.reason, '')))""",
    "wamid_bound": "UPDATE messages SET wamid_id = %(wamid_id)s WHERE message_id = %(message_id)s",
    "reaction": """
        INSERT INTO reactions (message_id, target_id, side, customer_id, emoji, occurred_at, position)
        VALUES (%(message_id)s, %(target_id)s, %(side)s, %(customer_id)s, %(emoji)s, %(occurred_at)s, %(position)s)""",
    "edit": """
        INSERT INTO edits (target_id, customer_id, content, occurred_at)
        VALUES (%(target_id)s, %(customer_id)s, %(content)s, %(occurred_at)s)
        ON CONFLICT (target_id) DO UPDATE SET content = excluded.content, occurred_at = excluded.occurred_at
        WHERE excluded.occurred_at >= edits.occurred_at""",
    "revocation": """
        INSERT INTO revocations (target_id, customer_id, occurred_at)
        VALUES (%(target_id)s, %(customer_id)s, %(occurred_at)s)
        ON CONFLICT (target_id) DO UPDATE SET occurred_at = least(revocations.occurred_at, excluded.occurred_at)""",
}


_DDL = files("conversations.adapters.postgres").joinpath("inbox.sql").read_text()

INBOX = RowChanges("inbox", _DDL, STATEMENTS, changes, commute=True)
"""The projection behind every screen of conversations."""
