"""The questions that the screens of crm ask, as SQL. Every one is about one organisation."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

import orjson
from psycopg import Connection
from psycopg.rows import dict_row
from recado_events.numbers import variants

from crm.views.folding import folded
from crm.views.questions import Row, Viewer

Connect = Callable[[], AbstractContextManager[Connection[Any]]]

_CONTACT = """
    SELECT c.*,
           ARRAY (SELECT f.field FROM view_contacts.fields f
                  WHERE f.contact_id = c.contact_id ORDER BY f.field) AS field_names,
           ARRAY (SELECT f.value FROM view_contacts.fields f
                  WHERE f.contact_id = c.contact_id ORDER BY f.field) AS field_values,
           (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', a.kind, 'value', a.value) ORDER BY a.kind, a.value),
                            '[]')
            FROM view_contacts.aliases a WHERE a.contact_id = c.contact_id) AS aliases
    FROM view_contacts.contacts c WHERE c.organisation_id = %(organisation_id)s"""
_SEARCH = """ AND (
    EXISTS (SELECT 1 FROM view_contacts.fields f
            WHERE f.contact_id = c.contact_id AND f.field IN ('name', 'email') AND f.folded LIKE %(part)s)
    OR EXISTS (SELECT 1 FROM view_contacts.aliases a
               WHERE a.contact_id = c.contact_id AND a.kind IN ('wa_id', 'variant')
               AND a.value LIKE ANY (%(numbers)s)))"""


class ContactQuestions:
    """Implements `views.Questions`."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect

    def contacts_of(
        self, viewer: Viewer, search: str | None, owner_id: UUID | None, after: tuple[str, UUID] | None, limit: int
    ) -> list[Row]:
        sql, values = self._contacts(viewer)
        values["limit"] = limit
        if search is not None:
            sql += _SEARCH
            values["part"] = _part(folded(search.strip()))
            values["numbers"] = [_part(number) for number in _numbers(search)]
        if owner_id is not None:
            sql += " AND c.owner_id = %(owner)s"
            values["owner"] = owner_id
        if after is not None:
            sql += " AND (c.sort_key, c.contact_id) > (%(after)s, %(after_id)s)"
            values |= {"after": after[0], "after_id": after[1]}
        rows = self._rows(sql + " ORDER BY c.sort_key, c.contact_id LIMIT %(limit)s", values)
        return [_with_fields(row) for row in rows]

    def contact(self, viewer: Viewer, contact_id: UUID) -> Row | None:
        sql, values = self._contacts(viewer)
        found = self._rows(sql + " AND c.contact_id = %(id)s", {**values, "id": contact_id})
        return _with_fields(found[0]) if found else None

    def notes_of(self, contact_id: UUID, after: UUID | None, limit: int) -> list[Row]:
        sql = """SELECT * FROM view_contacts.notes WHERE contact_id = %(id)s
                 AND (%(after)s::uuid IS NULL OR note_id < %(after)s) ORDER BY note_id DESC LIMIT %(limit)s"""
        rows = self._rows(sql, {"id": contact_id, "after": after, "limit": limit})
        return [{**row, "text": None if row["text"] is None else orjson.loads(row["text"])} for row in rows]

    def history_of(self, contact_id: UUID, after: int | None, limit: int) -> list[Row]:
        sql = """SELECT * FROM view_contacts.history WHERE contact_id = %(id)s
                 AND (%(after)s::bigint IS NULL OR position < %(after)s) ORDER BY position DESC LIMIT %(limit)s"""
        rows = self._rows(sql, {"id": contact_id, "after": after, "limit": limit})
        return [{**row, **{name: orjson.loads(row[name]) for name in ("details", "changed")}} for row in rows]

    def conversations_of(self, contact_id: UUID) -> list[Row]:
        sql = """SELECT * FROM view_contacts.conversations WHERE contact_id = %(id)s
                 ORDER BY started_at DESC, conversation_id"""
        return self._rows(sql, {"id": contact_id})

    def _contacts(self, viewer: Viewer) -> tuple[str, Row]:
        limits = " AND c.owner_id = %(viewer)s" if viewer.own_only else ""
        return _CONTACT + limits, {"organisation_id": viewer.organisation_id, "viewer": viewer.user_id}

    def _rows(self, sql: str, values: Row) -> list[Row]:
        with self._connect() as connection, connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(sql.encode(), values).fetchall()


def _with_fields(row: Row) -> Row:
    told = zip(row["field_names"], row["field_values"], strict=True)
    return {**row, "fields": {name: orjson.loads(value) for name, value in told}}


def _part(text: str) -> str:
    """A pattern for LIKE that finds this text anywhere, and nothing by wildcards in it."""
    literally = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{literally}%"


def _numbers(search: str) -> list[str]:
    """The spellings of what looks like a phone number or a part of one; none where it looks like anything else."""
    digits = "".join(letter for letter in search if letter.isascii() and letter.isdigit())
    if len(digits) < 3 or any(letter.isalpha() for letter in search):
        return []
    return [digits, *variants(digits)]
