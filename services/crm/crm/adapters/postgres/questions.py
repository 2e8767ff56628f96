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
from crm.adapters.postgres.searching import holding
from crm.views import Filters, Place, Row, Viewer
from crm.views.folding import folded

_CONTACT = """
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
    FROM view_contacts.contacts c LEFT JOIN view_entries.contact_companies b USING (contact_id)
    WHERE c.organisation_id = %(organisation_id)s"""


_FAMILY = """WITH RECURSIVE family (contact_id) AS (
    SELECT %(id)s::uuid UNION
    SELECT c.contact_id FROM view_contacts.contacts c JOIN family f ON c.superseded_by = f.contact_id)"""
"""A contact and those that it supersedes: what is related to them is related to it."""

_MET_AS = """WITH RECURSIVE met_as (contact_id, superseded_by) AS (
    SELECT contact_id, superseded_by FROM view_contacts.contacts WHERE contact_id = %(id)s UNION
    SELECT n.contact_id, n.superseded_by FROM view_contacts.contacts n
    JOIN met_as m ON n.contact_id = m.superseded_by)"""
_IS_MET = " AND c.contact_id IN (SELECT contact_id FROM met_as WHERE superseded_by IS NULL)"

_OLDEST = """
    SELECT pair.contact_id, c.contact_id AS duplicate_id, pair.why
    FROM view_contacts.contacts c CROSS JOIN LATERAL (
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
    WHERE c.organisation_id = %(organisation_id)s AND c.superseded_by IS NULL {mine} {page}
    ORDER BY c.contact_id, pair.contact_id LIMIT %(limit)s"""
"""Each contact with the oldest one whose number or address it has: as many pairs as there are contacts too many, found
along indexes."""
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
        if filters.search is not None:
            texts = [folded(filters.search.strip()), *numbers(filters.search)]
            condition, sought = holding("view_contacts", "c", dict.fromkeys(texts))
            sql, values = sql + condition, values | sought
        if filters.owner_id is not None:
            sql += " AND c.owner_id = %(owner)s"
            values["owner"] = filters.owner_id
        if filters.company_id is not None:
            sql += " AND b.company_id = %(company)s"
            values["company"] = filters.company_id
        if after is not None:
            sql += " AND (c.sort_key, c.contact_id) > (%(after)s, %(after_id)s)"
            values |= {"after": after[0], "after_id": after[1]}
        rows = self._rows(sql + " ORDER BY c.sort_key, c.contact_id LIMIT %(limit)s", values)
        return [with_usernames(with_fields(row)) for row in rows]

    def contact(self, viewer: Viewer, contact_id: UUID) -> Row | None:
        sql, values = self._contacts(viewer)
        found = self._rows(sql + " AND c.contact_id = %(id)s", {**values, "id": contact_id})
        return with_usernames(with_fields(found[0])) if found else None

    def survivor(self, viewer: Viewer, contact_id: UUID) -> Row | None:
        sql, values = self._contacts(viewer)
        found = self._rows(f"{_MET_AS} {sql} {_IS_MET}", {**values, "id": contact_id})
        return with_usernames(with_fields(found[0])) if found else None

    def duplicates(self, viewer: Viewer, after: tuple[UUID, UUID] | None, limit: int) -> list[Row]:
        seek = "AND c.contact_id >= %(second)s AND (c.contact_id, pair.contact_id) > (%(second)s, %(first)s)"
        values = {"organisation_id": viewer.organisation_id, "viewer": viewer.user_id, "limit": limit}
        values |= dict(zip(("first", "second"), after or (None, None), strict=True))
        sql = _OLDEST.format(own=own(viewer, "o"), mine=own(viewer, "c"), page=seek if after else "")
        return self._rows(sql, values)

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
        return _CONTACT + own(viewer, "c"), {"organisation_id": viewer.organisation_id, "viewer": viewer.user_id}

    def _rows(self, sql: str, values: Row) -> list[Row]:
        return rows_of(self._connect, sql, values)
