"""The questions that the screens of contacts ask, as SQL. Every one is about one organisation."""

from __future__ import annotations

from uuid import UUID

from crm.adapters.postgres.reading import (
    NEWEST_FIRST,
    Connect,
    lines,
    numbers,
    own,
    places,
    rows_of,
    with_fields,
    with_text,
    with_usernames,
)
from crm.adapters.postgres.searching import Listing
from crm.views import Filters, Place, Row, Viewer
from crm.views.folding import folded

_OF_ORGANISATION = "SELECT c.* FROM view_contacts.contacts c WHERE c.organisation_id = %(organisation_id)s"
_SHOWN = """
    SELECT c.*, b.company_id,
           ARRAY (SELECT f.field FROM view_contacts.fields f
                  WHERE f.contact_id = c.contact_id ORDER BY f.field) AS field_names,
           ARRAY (SELECT f.value FROM view_contacts.fields f
                  WHERE f.contact_id = c.contact_id ORDER BY f.field) AS field_values,
           (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', a.kind, 'value', a.value)
                                      ORDER BY a.position, a.place), '[]')
            FROM view_contacts.aliases a WHERE a.contact_id = c.contact_id) AS aliases,
           ARRAY (SELECT u.username FROM view_contacts.customers u WHERE u.contact_id = c.contact_id
                  AND u.username IS NOT NULL ORDER BY u.told_at, u.customer_id) AS usernames
    FROM ({which}) AS c LEFT JOIN view_entries.contact_companies b USING (contact_id)"""
_CONTACTS = Listing("view_contacts", "c.contact_id", "c.sort_key, c.contact_id", _SHOWN)
_OF_COMPANY = """ AND c.contact_id IN (
    SELECT b.contact_id FROM view_entries.contact_companies b WHERE b.company_id = %(company)s)"""

_FAMILY = """WITH RECURSIVE family (contact_id) AS (
    SELECT %(id)s::uuid UNION
    SELECT c.contact_id FROM view_contacts.contacts c JOIN family f ON c.superseded_by = f.contact_id)"""
"""A contact and those that it supersedes: what is related to them is related to it."""

_MET_AS = """WITH RECURSIVE met_as (contact_id, superseded_by) AS (
    SELECT contact_id, superseded_by FROM view_contacts.contacts WHERE contact_id = %(id)s UNION
    SELECT n.contact_id, n.superseded_by FROM view_contacts.contacts n
    JOIN met_as m ON n.contact_id = m.superseded_by)"""
_IS_MET = " AND c.contact_id IN (SELECT contact_id FROM met_as WHERE superseded_by IS NULL)"

LOOKED_INTO = 2_000
"""Contacts on a page of those that may be one: few are (docs/decisions/0015)."""
_IN_ORDER = " AND c.superseded_by IS NULL AND c.contact_id >= %(second)s ORDER BY c.contact_id"
_OLDEST = """
    SELECT pair.contact_id, c.contact_id AS duplicate_id, pair.why
    FROM ({which} LIMIT %(looked_into)s) AS c CROSS JOIN LATERAL (
        SELECT same.contact_id, min(same.why) AS why FROM (
            SELECT oldest.contact_id, 'number' AS why
            FROM view_contacts.numbers n CROSS JOIN LATERAL (
                SELECT o.contact_id
                FROM view_contacts.numbers m JOIN view_contacts.contacts o USING (contact_id)
                WHERE m.organisation_id = n.organisation_id AND m.canonical = n.canonical
                AND m.contact_id < n.contact_id AND o.superseded_by IS NULL {own}
                ORDER BY m.contact_id LIMIT 1) AS oldest
            WHERE n.contact_id = c.contact_id
            UNION ALL
            SELECT oldest.contact_id, 'email'
            FROM view_contacts.fields n CROSS JOIN LATERAL (
                SELECT o.contact_id
                FROM view_contacts.fields m JOIN view_contacts.contacts o USING (contact_id)
                WHERE m.organisation_id = n.organisation_id AND m.field = 'email' AND m.folded <> ''
                AND m.folded = n.folded AND m.contact_id < n.contact_id AND o.superseded_by IS NULL {own}
                ORDER BY m.contact_id LIMIT 1) AS oldest
            WHERE n.contact_id = c.contact_id AND n.field = 'email' AND n.folded <> ''
        ) AS same GROUP BY same.contact_id) AS pair
    WHERE (c.contact_id, pair.contact_id) > (%(second)s, %(first)s)
    ORDER BY c.contact_id, pair.contact_id LIMIT %(limit)s"""
"""Each of these contacts with the oldest one whose number or address it has: as many pairs as there are contacts too
many, found along indexes."""
_OTHERS = """
    SELECT least(same.contact_id, %(id)s) AS contact_id, greatest(same.contact_id, %(id)s) AS duplicate_id,
           min(same.why) AS why
    FROM (
        (SELECT DISTINCT m.contact_id, 'number' AS why
         FROM view_contacts.numbers n JOIN view_contacts.numbers m USING (organisation_id, canonical)
         JOIN view_contacts.contacts o ON o.contact_id = m.contact_id
         WHERE n.contact_id = %(id)s AND m.contact_id <> %(id)s AND o.superseded_by IS NULL {own} {page}
         ORDER BY m.contact_id LIMIT %(limit)s)
        UNION ALL
        (SELECT m.contact_id, 'email'
         FROM view_contacts.fields n JOIN view_contacts.fields m USING (organisation_id, field, folded)
         JOIN view_contacts.contacts o ON o.contact_id = m.contact_id
         WHERE n.contact_id = %(id)s AND n.field = 'email' AND n.folded <> '' AND m.field = 'email' AND m.folded <> ''
         AND m.contact_id <> %(id)s AND o.superseded_by IS NULL {own} {page}
         ORDER BY m.contact_id LIMIT %(limit)s)
    ) AS same
    WHERE EXISTS (SELECT 1 FROM view_contacts.contacts c WHERE c.contact_id = %(id)s AND c.superseded_by IS NULL)
    GROUP BY same.contact_id ORDER BY same.contact_id LIMIT %(limit)s"""


class ContactQuestions:
    """Implements `views.Questions`."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect

    def contacts_of(self, viewer: Viewer, filters: Filters, after: tuple[str, UUID] | None, limit: int) -> list[Row]:
        sql, values = self._contacts(viewer)
        values["limit"] = limit
        search = filters.search
        texts = [] if search is None else [folded(search.strip()), *numbers(search)]
        if filters.owner_id is not None:
            sql += " AND c.owner_id = %(owner)s"
            values["owner"] = filters.owner_id
        if filters.company_id is not None:
            sql += _OF_COMPANY
            values["company"] = filters.company_id
        if after is not None:
            sql += " AND (c.sort_key, c.contact_id) > (%(after)s, %(after_id)s)"
            values |= {"after": after[0], "after_id": after[1]}
        rows = _CONTACTS.page(self._connect, sql, values, texts)
        return [with_usernames(with_fields(row)) for row in rows]

    def contact(self, viewer: Viewer, contact_id: UUID) -> Row | None:
        sql, values = self._contacts(viewer)
        which = sql + " AND c.contact_id = %(id)s"
        found = self._rows(_SHOWN.format(which=which), {**values, "id": contact_id})
        return with_usernames(with_fields(found[0])) if found else None

    def survivor(self, viewer: Viewer, contact_id: UUID) -> Row | None:
        sql, values = self._contacts(viewer)
        found = self._rows(f"{_MET_AS} {_SHOWN.format(which=sql + _IS_MET)}", {**values, "id": contact_id})
        return with_usernames(with_fields(found[0])) if found else None

    def duplicates(
        self, viewer: Viewer, after: tuple[UUID, UUID] | None, limit: int
    ) -> tuple[list[Row], tuple[UUID, UUID] | None]:
        first, second = after or (UUID(int=0), UUID(int=0))
        sql, values = self._contacts(viewer)
        values |= {"first": first, "second": second, "limit": limit, "looked_into": LOOKED_INTO}
        pairs = self._rows(_OLDEST.format(which=sql + _IN_ORDER, own=own(viewer, "o")), values)
        if len(pairs) == limit:
            return pairs, None
        last = self._rows(f"{sql}{_IN_ORDER} OFFSET %(looked_into)s - 1 LIMIT 1", values)
        return pairs, (UUID(int=2**128 - 1), last[0]["contact_id"]) if last else None

    def duplicates_of(self, viewer: Viewer, contact_id: UUID, after: tuple[UUID, UUID] | None, limit: int) -> list[Row]:
        others = [each for each in after or () if each != contact_id]
        page = "AND m.contact_id > %(after)s" if others else ""
        values = {"id": contact_id, "viewer": viewer.user_id, "limit": limit, "after": others[0] if others else None}
        return self._rows(_OTHERS.format(own=own(viewer, "o"), page=page), values)

    def notes_of(self, contact_id: UUID, after: UUID | None, limit: int) -> list[Row]:
        sql = f"""{_FAMILY} SELECT * FROM view_contacts.notes JOIN family USING (contact_id) WHERE true
                 AND (%(after)s::uuid IS NULL OR note_id < %(after)s) ORDER BY note_id DESC LIMIT %(limit)s"""
        return [with_text(row) for row in self._rows(sql, {"id": contact_id, "after": after, "limit": limit})]

    def history_of(self, contact_id: UUID, after: int | None, limit: int) -> list[Row]:
        sql = f"""{_FAMILY} SELECT * FROM view_contacts.history JOIN family USING (contact_id) WHERE true
                 AND (%(after)s::bigint IS NULL OR position < %(after)s) ORDER BY position DESC LIMIT %(limit)s"""
        return lines(self._connect, self._rows(sql, {"id": contact_id, "after": after, "limit": limit}))

    def conversations_of(self, contact_id: UUID, after: Place | None, limit: int) -> list[Row]:
        sql = f"{_FAMILY} SELECT v.* FROM view_contacts.conversations v JOIN family USING (contact_id) {NEWEST_FIRST}"
        return self._rows(sql, {"id": contact_id, **places(after, limit)})

    def _contacts(self, viewer: Viewer) -> tuple[str, Row]:
        return _OF_ORGANISATION + own(viewer, "c"), {
            "organisation_id": viewer.organisation_id,
            "viewer": viewer.user_id,
        }

    def _rows(self, sql: str, values: Row) -> list[Row]:
        return rows_of(self._connect, sql, values)
