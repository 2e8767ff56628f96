"""The inbox in PostgreSQL: each change of a row as one statement, run for a whole page of the log at once."""

from __future__ import annotations

from importlib.resources import files

from recado_chassis.following.row_changes import RowChanges, Together

from conversations.adapters.postgres import blocks, counting, past, silence, superseding, wishes
from conversations.views import changes

_RECORD = "WHERE pipeline_record_id = %(pipeline_record_id)s"
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
    "drain_begun": """
        INSERT INTO draining (organisation_id, phone_number_id) VALUES (%(organisation_id)s, %(phone_number_id)s)
        ON CONFLICT DO NOTHING""",
    "drain_ended": """
        DELETE FROM draining
        WHERE organisation_id = %(organisation_id)s AND phone_number_id = %(phone_number_id)s""",
    "rules_chosen": silence.RULES_CHOSEN,
    "channel_noted": silence.CHANNEL_NOTED,
    "activity": silence.ACTIVITY,
    "block": blocks.BLOCK,
    "wish": wishes.WISH,
    "past_message": past.PAST_MESSAGE,
    "customer_known": """
        INSERT INTO customers (customer_id, organisation_id, phone_number_id, name, username, wa_id, user_id,
                               name_words, username_words, numbers, trigrams)
        VALUES (%(customer_id)s, %(organisation_id)s, %(phone_number_id)s, %(name)s, %(username)s, %(wa_id)s,
                %(user_id)s, %(name_words)s, %(username_words)s, %(numbers)s, %(trigrams)s)
        ON CONFLICT (customer_id) DO UPDATE SET
            name = coalesce(excluded.name, customers.name),
            username = coalesce(excluded.username, customers.username),
            wa_id = coalesce(excluded.wa_id, customers.wa_id),
            user_id = coalesce(excluded.user_id, customers.user_id),
            name_words = coalesce(excluded.name_words, customers.name_words),
            username_words = coalesce(excluded.username_words, customers.username_words),
            numbers = coalesce(excluded.numbers, customers.numbers),
            trigrams = coalesce(excluded.trigrams, customers.trigrams)""",
    "customer_merged": "UPDATE customers SET merged_into = %(merged_into)s WHERE customer_id = %(customer_id)s",
    "contact_named": """
        INSERT INTO contacts (contact_id, organisation_id, name, words)
        VALUES (%(contact_id)s, %(organisation_id)s, %(name)s, array_to_tsvector(%(words)s::text[]))
        ON CONFLICT (contact_id) DO UPDATE SET name = excluded.name, words = excluded.words""",
    "contact_company": """
        INSERT INTO contact_companies (contact_id, organisation_id, company_id)
        VALUES (%(contact_id)s, %(organisation_id)s, %(company_id)s)
        ON CONFLICT (contact_id) DO UPDATE SET company_id = excluded.company_id""",
    "contact_superseded": superseding.SUPERSEDED,
    "contact_met_as": superseding.MET_AS,
    "record": """
        INSERT INTO pipeline_records (pipeline_record_id, organisation_id, conversation_id)
        VALUES (%(pipeline_record_id)s, %(organisation_id)s, %(conversation_id)s)
        ON CONFLICT (pipeline_record_id) DO UPDATE SET
            conversation_id = coalesce(excluded.conversation_id, pipeline_records.conversation_id)""",
    "record_placed": f"UPDATE pipeline_records SET stage_id = %(stage_id)s {_RECORD}",
    "record_related": f"UPDATE pipeline_records SET contact_id = %(contact_id)s {_RECORD}",
    "record_owned": f"UPDATE pipeline_records SET owner_id = %(owner_id)s {_RECORD}",
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
    "conversation_opened": counting.OPENED,
    "conversation_assigned": counting.ASSIGNED,
    "owner_noted": """
        INSERT INTO owners (conversation_id, position, user_id, how, assigned_by, assigned_at)
        VALUES (%(conversation_id)s, %(position)s, %(user_id)s, %(how)s, %(assigned_by)s, %(assigned_at)s)""",
    "conversation_state": """
        UPDATE conversations SET state = %(state)s, closed_at = %(closed_at)s
        WHERE conversation_id = %(conversation_id)s""",
    "last_message": Together(counting.LAST_MESSAGE),
    "message": Together("""
        INSERT INTO messages (message_id, organisation_id, conversation_id, customer_id, direction, kind, content,
                              occurred_at, source_ordinal, position, reply_to, target_id, sent_by, wamid_id, send_by,
                              forwarded, whence)
        SELECT * FROM unnest(
            %(message_id)b::uuid[], %(organisation_id)b::uuid[], %(conversation_id)b::uuid[], %(customer_id)b::uuid[],
            %(direction)b::text[], %(kind)b::text[], %(content)b::bytea[], %(occurred_at)b::timestamptz[],
            %(source_ordinal)b::integer[], %(position)b::bigint[], %(reply_to)b::uuid[], %(target_id)b::uuid[],
            %(sent_by)b::uuid[], %(wamid_id)b::uuid[], %(send_by)b::timestamptz[], %(forwarded)b::boolean[],
            %(whence)b::bytea[])"""),
    "text": Together("""
        INSERT INTO texts (conversation_id, message_id, customer_id, words)
        SELECT conversation_id, message_id, customer_id, array_to_tsvector(string_to_array(words, ' '))
        FROM unnest(%(conversation_id)b::uuid[], %(message_id)b::uuid[], %(customer_id)b::uuid[], %(words)b::text[])
        AS told (conversation_id, message_id, customer_id, words)"""),
    "read_up_to": counting.READ_UP_TO,
    "request": """
        INSERT INTO requests (message_id, organisation_id, send_by)
        VALUES (%(message_id)s, %(organisation_id)s, %(send_by)s)""",
    "decided": "DELETE FROM requests WHERE message_id = %(message_id)s",
    "status": """
        INSERT INTO statuses (message_id, status, occurred_at, reason, codes)
        VALUES (%(message_id)s, %(status)s, %(occurred_at)s, %(reason)s, %(codes)s)
        ON CONFLICT (message_id, status) DO UPDATE SET
            occurred_at = excluded.occurred_at, reason = excluded.reason, codes = excluded.codes
        WHERE excluded.occurred_at < statuses.occurred_at
           OR (excluded.occurred_at = statuses.occurred_at
               AND (excluded.codes, coalesce(excluded.reason, ''))
                   > (statuses.codes, coalesce(statuses.reason, '')))""",
    "send_failed": """
        INSERT INTO failures (organisation_id, conversation_id, message_id)
        VALUES (%(organisation_id)s, %(conversation_id)s, %(message_id)s) ON CONFLICT DO NOTHING""",
    "wamid_bound": "UPDATE messages SET wamid_id = %(wamid_id)s WHERE message_id = %(message_id)s",
    "reaction": """
        INSERT INTO reactions (message_id, target_id, side, customer_id, emoji, occurred_at, position)
        VALUES (%(message_id)s, %(target_id)s, %(side)s, %(customer_id)s, %(emoji)s, %(occurred_at)s, %(position)s)""",
    "edit": """
        INSERT INTO edits (target_id, customer_id, conversation_id, content, words, occurred_at)
        VALUES (%(target_id)s, %(customer_id)s, %(conversation_id)s, %(content)s,
                array_to_tsvector(string_to_array(%(words)s, ' ')), %(occurred_at)s)
        ON CONFLICT (target_id) DO UPDATE SET
            content = excluded.content, words = excluded.words, occurred_at = excluded.occurred_at
        WHERE excluded.occurred_at >= edits.occurred_at""",
    "revocation": """
        INSERT INTO revocations (target_id, customer_id, occurred_at)
        VALUES (%(target_id)s, %(customer_id)s, %(occurred_at)s)
        ON CONFLICT (target_id) DO UPDATE SET occurred_at = least(revocations.occurred_at, excluded.occurred_at)""",
    "view_saved": """
        INSERT INTO saved_views (organisation_id, view_id, user_id, shared, position, name, text, filters)
        VALUES (%(organisation_id)s, %(view_id)s, %(user_id)s, %(shared)s, %(position)s, %(name)s, %(text)s,
                %(filters)s::jsonb)
        ON CONFLICT (organisation_id, view_id) DO UPDATE SET
            user_id = excluded.user_id, shared = excluded.shared, name = excluded.name, text = excluded.text,
            filters = excluded.filters""",
    "view_removed": """
        DELETE FROM saved_views WHERE organisation_id = %(organisation_id)s AND view_id = %(view_id)s""",
}


_DDL = files("conversations.adapters.postgres").joinpath("inbox.sql").read_text()

INBOX = RowChanges("inbox", _DDL, STATEMENTS, changes, commute=True)
"""The projection behind every screen of conversations."""
