"""Lists of conversations, newest message first, in a bounded time whatever filters are combined.

Filters that few conversations fit (a contact, a company, a stage, rare words, failed sends) name their conversations
themselves, by their own index. All others are looked through along the list's order, a bounded number a page: where few
of them fit, the page is short and says where to go on. Words that many messages have are looked for in all of those at
once, which costs a fraction of opening one after the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from psycopg import Connection, Cursor
from recado_chassis.storing.bounded import bounded

from conversations.adapters.postgres.candidates import few_of, with_words
from conversations.adapters.postgres.conditions import Conditions, conditions_of
from conversations.views.filters import Filters, Place
from conversations.views.questions import Listed, Row, Viewer


class Effort(NamedTuple):
    """How much is looked at for a page, in conversations."""

    few: int = 3_000
    """So many, or messages in them, are all looked at, however long ago they were."""
    looked_at: int = 4_000
    looked_into: int = 800
    """As many where each has to be opened: for words and for statuses of its messages."""
    first: int = 160
    """So many of them before the others: enough to fill a page with what has a frequent word."""


USUAL = Effort()
WORDS_OF = "ARRAY (SELECT s.status FROM view_inbox.statuses s WHERE s.message_id = {message}.message_id)"
_ANSWERS = f"""
    (SELECT coalesce(jsonb_agg({WORDS_OF.format(message="m")}), '[]') FROM view_inbox.messages m
     WHERE m.conversation_id = c.conversation_id AND m.direction <> 'in' AND m.target_id IS NULL
       AND m.occurred_at >= c.last_inbound_at AND NOT EXISTS (
           SELECT FROM view_inbox.messages i WHERE i.conversation_id = m.conversation_id AND i.direction = 'in'
             AND (i.occurred_at, i.source_ordinal, i.position) > (m.occurred_at, m.source_ordinal, m.position)))"""
_COLUMNS = f"""
    c.*, coalesce(k.name, p.name) AS customer_name, k.username AS customer_username, k.contact_id,
    k.wa_id AS customer_wa_id, k.user_id AS customer_user_id, k.window_closes_at, k.free_until,
    c.received - coalesce(r.seen, 0) AS unread, {_ANSWERS} AS answers"""
_JOINED = """
    JOIN view_inbox.customers k USING (customer_id)
    LEFT JOIN view_inbox.contacts p ON p.contact_id = k.contact_id
    LEFT JOIN view_inbox.read_marks r ON r.user_id = %(viewer)s AND r.conversation_id = c.conversation_id"""
_ORDER = "ORDER BY c.last_message_at DESC, c.conversation_id DESC"
ONE = f"""
    SELECT {_COLUMNS} FROM view_inbox.conversations c {_JOINED}
    WHERE c.organisation_id = %(organisation_id)s AND c.conversation_id = %(id)s"""


def conversations_of(
    connection: Connection[Any],
    viewer: Viewer,
    filters: Filters,
    now: datetime,
    after: Place | None,
    limit: int,
    effort: Effort,
) -> Listed:
    asked = conditions_of(viewer, filters, now)
    values = {**asked.values, "limit": limit, "few": effort.few + 1}
    values |= {"at": after.at, "after_id": after.conversation_id} if after else {}
    bounds = _bounds(filters, after)
    with bounded(connection) as cursor:
        few = few_of(cursor, filters, values, effort.few)
        if few is not None:
            return Listed(_among(cursor, asked, bounds, {**values, "few_ids": few}), None)
        looked = limit if not asked.others else effort.looked_into if _opens_each(filters) else effort.looked_at
        values["looked"] = looked
        if filters.text is not None:
            return _along_with_words(cursor, asked, bounds, values, effort.first)
        return _along(cursor, asked, bounds, values)


def _opens_each(filters: Filters) -> bool:
    return filters.text is not None or filters.failed is not None


def _bounds(filters: Filters, after: Place | None) -> str:
    found = ["c.organisation_id = %(organisation_id)s"]
    if filters.active_from is not None:
        found.append("c.last_message_at >= %(active_from)s")
    if filters.active_until is not None:
        found.append("c.last_message_at < %(active_until)s")
    if filters.opened_from is not None:
        found.append("c.last_message_at >= %(opened_from)s")  # none is older than its conversation
    if after is not None:
        found.append("(c.last_message_at, c.conversation_id) < (%(at)s, %(after_id)s)")
    return " AND ".join(found)


def _among(cursor: Cursor[Row], asked: Conditions, bounds: str, values: Row) -> list[Row]:
    """They are put in order before they are looked into: no more are than the page has room for."""
    few = "SELECT * FROM view_inbox.conversations WHERE conversation_id = ANY (%(few_ids)s) OFFSET 0"
    few = f"SELECT c.* FROM ({few}) c WHERE {bounds} AND {asked.along} {_ORDER} OFFSET 0"
    sql = f"SELECT {_COLUMNS} FROM ({few}) c {_JOINED} WHERE {_all(asked.others)} {_ORDER} LIMIT %(limit)s"
    return cursor.execute(sql.encode(), values).fetchall()


def _along_with_words(cursor: Cursor[Row], asked: Conditions, bounds: str, values: Row, first: int) -> Listed:
    sql = f"""
        SELECT c.conversation_id, c.last_message_at FROM view_inbox.conversations c
        WHERE {bounds} AND {asked.along} {_ORDER} LIMIT %(looked)s"""
    looked = cursor.execute(sql.encode(), values).fetchall()
    rows: list[Row] = []
    for part in filter(None, (looked[:first], looked[first:])):
        found = with_words(cursor, values, [row["conversation_id"] for row in part])
        rows += _among(cursor, asked, bounds, {**values, "few_ids": found, "limit": values["limit"] - len(rows)})
        if len(rows) == values["limit"]:
            return Listed(rows, None)
    more = len(looked) == values["looked"]
    return Listed(rows, Place(looked[-1]["last_message_at"], looked[-1]["conversation_id"]) if more else None)


def _along(cursor: Cursor[Row], asked: Conditions, bounds: str, values: Row) -> Listed:
    looked = f"SELECT c.* FROM view_inbox.conversations c WHERE {bounds} AND {asked.along} {_ORDER}"
    sql = f"""
        SELECT {_COLUMNS} FROM ({looked} LIMIT %(looked)s) c {_JOINED}
        WHERE {_all(asked.others)} {_ORDER} LIMIT %(limit)s"""
    rows = cursor.execute(sql.encode(), values).fetchall()
    if not asked.others or len(rows) == values["limit"]:
        return Listed(rows, None)
    last = cursor.execute(f"{looked} OFFSET %(looked)s - 1 LIMIT 1".encode(), values).fetchone()
    return Listed(rows, None if last is None else Place(last["last_message_at"], last["conversation_id"]))


def _all(conditions: Sequence[str]) -> str:
    return " AND ".join(conditions) or "true"
