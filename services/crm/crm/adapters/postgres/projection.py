"""Contacts in PostgreSQL: each change of a row as one statement, run for a whole page of the log at once."""

from __future__ import annotations

from importlib.resources import files

from recado_chassis.following.row_changes import RowChanges

from crm.adapters.postgres.searching import SEARCHED
from crm.views import changes
from crm.views.folding import SEARCHED_OF_A_LINE

FOUND_BY = f"""
    INSERT INTO searched (id, organisation_id, text)
    SELECT c.contact_id, c.organisation_id, coalesce((
        SELECT string_agg(' ' || left(line, {SEARCHED_OF_A_LINE}), E'\\n' ORDER BY line COLLATE "C") FROM (
            SELECT f.folded FROM fields f
            WHERE f.contact_id = c.contact_id AND f.field IN ('name', 'email') AND f.folded <> ''
            UNION ALL
            SELECT a.value FROM aliases a WHERE a.contact_id = c.contact_id AND a.kind IN ('wa_id', 'variant')
            UNION ALL
            SELECT '@' || u.folded FROM customers u WHERE u.contact_id = c.contact_id AND u.folded <> '' {{but}}
        ) AS lines (line)), '')
    FROM contacts c {{whose}}
    ON CONFLICT (id) DO UPDATE SET text = excluded.text WHERE searched.text <> excluded.text"""
_OF_CUSTOMER = "WHERE c.contact_id = (SELECT contact_id FROM customers WHERE customer_id = %(customer_id)s)"
STATEMENTS = {
    "created": """
        INSERT INTO contacts (contact_id, organisation_id, sort_key, created_at, changed_at)
        VALUES (%(contact_id)s, %(organisation_id)s, '', %(created_at)s, %(created_at)s)""",
    "alias": """
        INSERT INTO aliases (contact_id, kind, value, position, place)
        VALUES (%(contact_id)s, %(kind)s, %(value)s, %(position)s, %(place)s)
        ON CONFLICT DO NOTHING""",
    "owner": "UPDATE contacts SET owner_id = %(owner_id)s, changed_at = %(at)s WHERE contact_id = %(contact_id)s",
    "sorted": "UPDATE contacts SET sort_key = %(sort_key)s WHERE contact_id = %(contact_id)s",
    "superseded": "UPDATE contacts SET superseded_by = %(survivor_id)s WHERE contact_id = %(contact_id)s",
    "field": """
        WITH touched AS (UPDATE contacts SET changed_at = %(at)s WHERE contact_id = %(contact_id)s)
        INSERT INTO fields (contact_id, organisation_id, field, value, folded)
        VALUES (%(contact_id)s, %(organisation_id)s, %(field)s, %(value)s, %(folded)s)
        ON CONFLICT (contact_id, field) DO UPDATE SET value = excluded.value, folded = excluded.folded""",
    "searched": FOUND_BY.format(but="", whose="WHERE c.contact_id = %(contact_id)s"),
    "searched_with": FOUND_BY.format(but="", whose=_OF_CUSTOMER),
    "searched_without": FOUND_BY.format(but="AND u.customer_id <> %(customer_id)s", whose=_OF_CUSTOMER),
    "linked": """
        INSERT INTO customers (customer_id, contact_id) VALUES (%(customer_id)s, %(contact_id)s)
        ON CONFLICT (customer_id) DO UPDATE SET contact_id = excluded.contact_id""",
    "username": """
        UPDATE customers SET username = %(username)s, folded = %(folded)s, told_at = %(told_at)s
        WHERE customer_id = %(customer_id)s""",
    "note": """
        INSERT INTO notes (note_id, contact_id, message_id, added_by, added_at, text)
        VALUES (%(note_id)s, %(contact_id)s, %(message_id)s, %(added_by)s, %(added_at)s, %(text)s)""",
    "conversation": """
        INSERT INTO conversations (conversation_id, contact_id, phone_number_id, started_at)
        VALUES (%(conversation_id)s, %(contact_id)s, %(phone_number_id)s, %(started_at)s)""",
    "conversation_assigned": """
        UPDATE conversations SET assignee = %(user_id)s WHERE conversation_id = %(conversation_id)s""",
    "conversation_state": """
        UPDATE conversations SET closed_at = %(closed_at)s WHERE conversation_id = %(conversation_id)s""",
    "line": """
        INSERT INTO history (contact_id, position, what, at, by, conversation_id, customer_id, details, changed)
        VALUES (%(contact_id)s, %(position)s, %(what)s, %(at)s, %(by)s, %(conversation_id)s, %(customer_id)s,
                %(details)s, %(changed)s)""",
    "alias_lost": "DELETE FROM aliases WHERE contact_id = %(contact_id)s AND kind = %(kind)s AND value = %(value)s",
    "number": """
        INSERT INTO numbers (contact_id, organisation_id, value, canonical)
        VALUES (%(contact_id)s, %(organisation_id)s, %(value)s, %(canonical)s) ON CONFLICT DO NOTHING""",
    "number_lost": "DELETE FROM numbers WHERE contact_id = %(contact_id)s AND value = %(value)s",
    "conversations_back": """
        UPDATE conversations SET contact_id = %(contact_id)s WHERE conversation_id = ANY (%(conversations)s::uuid[])""",
    "lines_back": """
        UPDATE history SET contact_id = %(unmerged_id)s WHERE contact_id = %(contact_id)s
        AND (conversation_id = ANY (%(conversations)s::uuid[]) OR customer_id = ANY (%(customers)s::uuid[]))""",
}


_TABLES = files("crm.adapters.postgres").joinpath("contacts.sql").read_text()
CONTACTS = RowChanges("contacts", SEARCHED + _TABLES, STATEMENTS, changes)
"""The projection behind every screen of crm."""
