"""The questions about companies and pipeline records, as SQL. Every one is about one organisation."""

from __future__ import annotations

from uuid import UUID

from recado_chassis.storing.bounded import bounded

from crm.adapters.postgres.reading import (
    NEWEST_FIRST,
    Connect,
    lines,
    own,
    places,
    rows_of,
    with_fields,
    with_text,
)
from crm.adapters.postgres.searching import Listing
from crm.views import Filters, Place, Row, Viewer
from crm.views.folding import folded

_FIELDS = """
    ARRAY (SELECT f.field FROM view_entries.fields f WHERE f.entry_id = {id} ORDER BY f.field) AS field_names,
    ARRAY (SELECT f.value FROM view_entries.fields f WHERE f.entry_id = {id} ORDER BY f.field) AS field_values"""
_COMPANY = "SELECT e.* FROM view_entries.companies e WHERE e.organisation_id = %(organisation_id)s"
_COMPANY_SHOWN = f"SELECT e.*, {_FIELDS.format(id='e.company_id')} FROM ({{which}}) AS e"
_COMPANIES = Listing("view_entries", "e.company_id", "e.sort_key, e.company_id", _COMPANY_SHOWN)
_RECORD = "SELECT e.* FROM view_entries.pipeline_records e WHERE e.organisation_id = %(organisation_id)s"
_RECORD_SHOWN = f"SELECT e.*, {_FIELDS.format(id='e.pipeline_record_id')} FROM ({{which}}) AS e"
_RECORDS = Listing("view_entries", "e.pipeline_record_id", "e.pipeline_record_id DESC", _RECORD_SHOWN)
_CONVERSATION = """
    SELECT v.* FROM view_contacts.conversations v JOIN view_contacts.contacts c USING (contact_id)
    WHERE c.organisation_id = %(organisation_id)s AND v.conversation_id = %(id)s"""
_CONVERSATIONS = """
    WITH RECURSIVE met_as (contact_id, superseded_by, owner_id) AS (
        SELECT c.contact_id, c.superseded_by, c.owner_id FROM view_contacts.contacts c
        WHERE c.organisation_id = %(organisation_id)s AND c.contact_id {asked} UNION
        SELECT c.contact_id, c.superseded_by, c.owner_id FROM view_contacts.contacts c
        JOIN met_as m ON c.contact_id = m.superseded_by),
    family (contact_id) AS (
        SELECT m.contact_id FROM met_as m WHERE m.superseded_by IS NULL {own} UNION
        SELECT c.contact_id FROM view_contacts.contacts c JOIN family f ON c.superseded_by = f.contact_id)
    SELECT v.* FROM view_contacts.conversations v JOIN family USING (contact_id)"""
"""Of whom these contacts are met as now, and of all that those supersede: whose they are is asked of who is met."""
_OF_COMPANY = "IN (SELECT b.contact_id FROM view_entries.contact_companies b WHERE b.company_id = %(company_id)s)"
_FAMILY = """WITH RECURSIVE family (contact_id) AS (
    SELECT %(contact_id)s::uuid UNION
    SELECT s.contact_id FROM view_contacts.contacts s JOIN family f ON s.superseded_by = f.contact_id)
    SELECT contact_id FROM family"""
"""A contact and those that it supersedes."""


class EntriesInPostgres:
    """Implements `views.EntryQuestions`."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect

    def companies_of(self, viewer: Viewer, filters: Filters, after: tuple[str, UUID] | None, limit: int) -> list[Row]:
        sql, values = _COMPANY + own(viewer, "e"), _values(viewer, filters, limit)
        if filters.owner_id is not None:
            sql += " AND e.owner_id = %(owner_id)s"
        if after is not None:
            sql += " AND (e.sort_key, e.company_id) > (%(after)s, %(after_id)s)"
            values |= {"after": after[0], "after_id": after[1]}
        return [with_fields(row) for row in _COMPANIES.page(self._connect, sql, values, _texts(filters))]

    def company(self, viewer: Viewer, company_id: UUID) -> Row | None:
        sql = _COMPANY + own(viewer, "e") + " AND e.company_id = %(id)s"
        found = self._rows(_COMPANY_SHOWN.format(which=sql), {**_values(viewer), "id": company_id})
        return with_fields(found[0]) if found else None

    def records_of(self, viewer: Viewer, filters: Filters, after: UUID | None, limit: int) -> list[Row]:
        sql, values = _RECORD + own(viewer, "e"), _values(viewer, filters, limit)
        for name in ("owner_id", "company_id", "pipeline_id", "stage_id"):
            if getattr(filters, name) is not None:
                sql += f" AND e.{name} = %({name})s"
        if filters.contact_id is not None:
            sql += f" AND e.contact_id IN ({_FAMILY})"
        if after is not None:
            sql += " AND e.pipeline_record_id < %(after)s"
            values["after"] = after
        return [with_fields(row) for row in _RECORDS.page(self._connect, sql, values, _texts(filters))]

    def record(self, viewer: Viewer, record_id: UUID) -> Row | None:
        sql = _RECORD + own(viewer, "e") + " AND e.pipeline_record_id = %(id)s"
        found = self._rows(_RECORD_SHOWN.format(which=sql), {**_values(viewer), "id": record_id})
        return with_fields(found[0]) if found else None

    def stages_of(self, record_id: UUID) -> list[Row]:
        sql = "SELECT * FROM view_entries.stages WHERE pipeline_record_id = %(id)s ORDER BY position"
        return self._rows(sql, {"id": record_id})

    def notes_of(self, entry_id: UUID, after: UUID | None, limit: int) -> list[Row]:
        sql = """SELECT * FROM view_entries.notes WHERE entry_id = %(id)s
                 AND (%(after)s::uuid IS NULL OR note_id < %(after)s) ORDER BY note_id DESC LIMIT %(limit)s"""
        return [with_text(row) for row in self._rows(sql, {"id": entry_id, "after": after, "limit": limit})]

    def history_of(self, entry_id: UUID, after: int | None, limit: int) -> list[Row]:
        sql = """SELECT * FROM view_entries.history WHERE entry_id = %(id)s
                 AND (%(after)s::bigint IS NULL OR position < %(after)s) ORDER BY position DESC LIMIT %(limit)s"""
        return lines(self._connect, self._rows(sql, {"id": entry_id, "after": after, "limit": limit}))

    def conversations_of(self, viewer: Viewer, filters: Filters, after: Place | None, limit: int) -> list[Row]:
        asked = "= %(contact_id)s" if filters.contact_id is not None else _OF_COMPANY
        sql = _CONVERSATIONS.format(asked=asked, own=own(viewer, "m")) + NEWEST_FIRST
        with self._connect() as connection, bounded(connection) as cursor:
            values = {**_values(viewer, filters), **places(after, limit)}
            return cursor.execute(sql.encode(), values, prepare=False).fetchall()

    def related_to(self, viewer: Viewer, conversation_id: UUID) -> Row | None:
        found = self._rows(_CONVERSATION, {**_values(viewer), "id": conversation_id})
        return found[0] if found else None

    def rejected_of(self, import_id: UUID, after: int | None, limit: int) -> list[Row]:
        sql = """SELECT * FROM view_entries.rejected_rows WHERE import_id = %(id)s
                 AND "row" > %(after)s ORDER BY "row" LIMIT %(limit)s"""
        return self._rows(sql, {"id": import_id, "after": after or 0, "limit": limit})

    def _rows(self, sql: str, values: Row) -> list[Row]:
        return rows_of(self._connect, sql, values)


def _texts(filters: Filters) -> list[str]:
    return [] if filters.search is None else [folded(filters.search.strip())]


def _values(viewer: Viewer, filters: Filters | None = None, limit: int = 0) -> Row:
    named = filters or Filters()
    return {
        "organisation_id": viewer.organisation_id,
        "viewer": viewer.user_id,
        "limit": limit,
        **{name: getattr(named, name) for name in ("owner_id", "contact_id", "company_id", "pipeline_id", "stage_id")},
    }
