"""How rows are read: fields, notes and history lines are JSON as it was told; a line's cause stands in the log."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import Any

import orjson
from psycopg import Connection
from psycopg.rows import dict_row
from recado_events.numbers import variants

from crm.views import Place, Row, Viewer

Connect = Callable[[], AbstractContextManager[Connection[Any]]]
_CAUSES = "SELECT notification_id, state FROM public.stored_events WHERE notification_id = ANY (%(positions)s)"
_DATA = b',"data":'

NEWEST_FIRST = """
    WHERE %(after)s::timestamptz IS NULL OR (v.started_at, v.conversation_id) < (%(after)s, %(after_id)s)
    ORDER BY v.started_at DESC, v.conversation_id DESC LIMIT %(limit)s"""
"""A page of conversations `v`; `places` are its values."""


def places(after: Place | None, limit: int) -> Row:
    return {"after": after and after[0], "after_id": after and after[1], "limit": limit}


def rows_of(connect: Connect, sql: str, values: Row) -> list[Row]:
    with connect() as connection, connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(sql.encode(), values).fetchall()


def with_fields(row: Row) -> Row:
    told = zip(row["field_names"], row["field_values"], strict=True)
    return {**row, "fields": {name: orjson.loads(value) for name, value in told}}


def with_usernames(row: Row) -> Row:
    """After the other aliases, each where it was told last: the last of them is what somebody goes by now."""
    newest_first = dict.fromkeys(reversed(row["usernames"]))
    named = [{"kind": "username", "value": value} for value in reversed(newest_first)]
    return {**row, "aliases": [*row["aliases"], *named]}


def with_text(row: Row) -> Row:
    return {**row, "text": None if row["text"] is None else orjson.loads(row["text"])}


def lines(connect: Connect, rows: Iterable[Row]) -> list[Row]:
    """Lines of a history with why each happened: the story it belongs to, the record it follows from, who asked."""
    found = [{**row, **{name: orjson.loads(row[name]) for name in ("details", "changed")}} for row in rows]
    logged = rows_of(connect, _CAUSES, {"positions": [row["position"] for row in found]}) if found else []
    causes = {row["notification_id"]: _cause(bytes(row["state"])) for row in logged}
    return [{**row, "cause": causes.get(row["position"])} for row in found]


def _cause(state: bytes) -> Row:
    head = orjson.loads(state[: state.index(_DATA)] + b"}")
    return {
        "correlation_id": head["correlationid"],
        "causation_id": head.get("causationid"),
        "asked_by": head.get("actor"),
    }


def numbers(search: str) -> list[str]:
    """The spellings of what looks like a phone number or a part of one; none where it looks like anything else."""
    digits = "".join(letter for letter in search if letter.isascii() and letter.isdigit())
    if len(digits) < 3 or any(letter.isalpha() for letter in search):
        return []
    return [digits, *variants(digits)]


def own(viewer: Viewer, alias: str) -> str:
    """The condition on what has an owner, by its alias; its value is `viewer`."""
    return f" AND {alias}.owner_id = %(viewer)s" if viewer.own_only else ""
