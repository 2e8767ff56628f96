"""Companies and pipeline records in PostgreSQL: each change of a row as one statement."""

from __future__ import annotations

from importlib.resources import files

from recado_chassis.following.row_changes import RowChanges

from crm.adapters.postgres.searching import SEARCHED
from crm.views import entry_changes

_OWNER = "SET owner_id = %(owner_id)s, changed_at = %(at)s"
_SORTED = "SET sort_key = %(sort_key)s, changed_at = %(at)s"
STATEMENTS = {
    "company": """
        INSERT INTO companies (company_id, organisation_id, owner_id, origin, conversation_id, message_id, sort_key,
                               created_at, changed_at)
        VALUES (%(entry_id)s, %(organisation_id)s, %(owner_id)s, %(origin)s, %(conversation_id)s, %(message_id)s, '',
                %(at)s, %(at)s)""",
    "company_owner": f"UPDATE companies {_OWNER} WHERE company_id = %(entry_id)s",
    "company_sorted": f"UPDATE companies {_SORTED} WHERE company_id = %(entry_id)s",
    "record": """
        INSERT INTO pipeline_records (pipeline_record_id, organisation_id, pipeline_id, stage_id, contact_id,
                                      company_id, conversation_id, message_id, amount, currency, owner_id, origin,
                                      opened_by, sort_key, opened_at, changed_at)
        VALUES (%(entry_id)s, %(organisation_id)s, %(pipeline_id)s, %(stage_id)s, %(contact_id)s, %(company_id)s,
                %(conversation_id)s, %(message_id)s, %(amount)s, %(currency)s, %(owner_id)s, %(origin)s, %(opened_by)s,
                '', %(at)s, %(at)s)""",
    "record_owner": f"UPDATE pipeline_records {_OWNER} WHERE pipeline_record_id = %(entry_id)s",
    "record_sorted": f"UPDATE pipeline_records {_SORTED} WHERE pipeline_record_id = %(entry_id)s",
    "record_moved": """
        UPDATE pipeline_records SET pipeline_id = %(pipeline_id)s, stage_id = %(stage_id)s, changed_at = %(at)s
        WHERE pipeline_record_id = %(entry_id)s""",
    "record_amount": """
        UPDATE pipeline_records SET amount = %(amount)s, currency = %(currency)s, changed_at = %(at)s
        WHERE pipeline_record_id = %(entry_id)s""",
    "record_related": """
        UPDATE pipeline_records SET contact_id = %(contact_id)s, company_id = %(company_id)s, changed_at = %(at)s
        WHERE pipeline_record_id = %(entry_id)s""",
    "stage_left": """
        UPDATE stages SET left_at = %(at)s WHERE pipeline_record_id = %(entry_id)s AND left_at IS NULL""",
    "stage": """
        INSERT INTO stages (pipeline_record_id, position, pipeline_id, stage_id, entered_at, by)
        VALUES (%(entry_id)s, %(position)s, %(pipeline_id)s, %(stage_id)s, %(at)s, %(by)s)""",
    "belongs": """
        INSERT INTO contact_companies (contact_id, company_id) VALUES (%(contact_id)s, %(company_id)s)
        ON CONFLICT (contact_id) DO UPDATE SET company_id = excluded.company_id""",
    "rejected": """
        INSERT INTO rejected_rows (import_id, "row", column_name, rule)
        VALUES (%(import_id)s, %(row)s, %(column_name)s, %(rule)s)""",
    "field": """
        INSERT INTO fields (entry_id, field, value) VALUES (%(entry_id)s, %(field)s, %(value)s)
        ON CONFLICT (entry_id, field) DO UPDATE SET value = excluded.value""",
    "searched": """
        INSERT INTO searched (id, organisation_id, text) VALUES (%(entry_id)s, %(organisation_id)s, %(text)s)
        ON CONFLICT (id) DO UPDATE SET text = excluded.text""",
    "note": """
        INSERT INTO notes (note_id, entry_id, message_id, added_by, added_at, text)
        VALUES (%(note_id)s, %(entry_id)s, %(message_id)s, %(added_by)s, %(added_at)s, %(text)s)""",
    "line": """
        INSERT INTO history (entry_id, position, what, at, by, details, changed)
        VALUES (%(entry_id)s, %(position)s, %(what)s, %(at)s, %(by)s, %(details)s, %(changed)s)""",
}

_TABLES = files("crm.adapters.postgres").joinpath("entries.sql").read_text()
ENTRIES = RowChanges("entries", SEARCHED + _TABLES, STATEMENTS, entry_changes)
"""The projection behind the screens of companies and pipeline records."""
