"""Lists of conversations, newest message first, in a bounded time whatever filters are combined.

Filters that few conversations fit (a contact, a company, a stage, rare words, failed sends) name their conversations
themselves, by their own index. All others are looked through along the list's order, a bounded number a page: where few
of them fit, the page is short and says where to go on.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import Connection, Cursor
from psycopg.rows import dict_row

from conversations.adapters.postgres.conditions import CONTACT, STANDS, Conditions, conditions_of
from conversations.adapters.postgres.sought import Sought
from conversations.adapters.postgres.superseding import WHO
from conversations.views.filters import Filters, Place
from conversations.views.questions import Listed, Row, Viewer


class Effort(NamedTuple):
    """How much is looked at for a page, in conversations."""

    few: int = 3_000
    """So many, or messages in them, are all looked at, however long ago they were."""
    looked_at: int = 4_000
    looked_into: int = 800
    """As many where each has to be opened: for words and for statuses of its messages."""


USUAL = Effort()
# What is looked up is bounded before it is joined, row by row by its key: no guess about how many rows there are may
# make PostgreSQL read a table as a whole, or compile what takes a moment.
_BOUNDED = """
    SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;
    SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off;
    SET LOCAL jit = off"""

WORDS_OF = "ARRAY (SELECT s.status FROM view_inbox.statuses s WHERE s.message_id = {message}.message_id)"
_ANSWERS = f"""
    (SELECT coalesce(jsonb_agg({WORDS_OF.format(message="m")}), '[]') FROM view_inbox.messages m
     WHERE m.conversation_id = c.conversation_id AND m.direction <> 'in' AND m.target_id IS NULL
       AND m.occurred_at >= c.last_inbound_at AND NOT EXISTS (
           SELECT FROM view_inbox.messages i WHERE i.conversation_id = m.conversation_id AND i.direction = 'in'
             AND (i.occurred_at, i.source_ordinal, i.position) > (m.occurred_at, m.source_ordinal, m.position)))"""
_COLUMNS = f"""
    c.*, coalesce(k.name, p.name) AS customer_name, k.username AS customer_username, k.contact_id,
    k.wa_id AS customer_wa_id, k.user_id AS customer_user_id, k.window_closes_at,
    c.received - coalesce(r.seen, 0) AS unread, {_ANSWERS} AS answers"""
_JOINED = """
    JOIN view_inbox.customers k USING (customer_id)
    LEFT JOIN view_inbox.contacts p ON p.contact_id = k.contact_id
    LEFT JOIN view_inbox.read_marks r ON r.user_id = %(viewer)s AND r.conversation_id = c.conversation_id"""
_ORDER = "ORDER BY c.last_message_at DESC, c.conversation_id DESC"
ONE = f"""
    SELECT {_COLUMNS} FROM view_inbox.conversations c {_JOINED}
    WHERE c.organisation_id = %(organisation_id)s AND c.conversation_id = %(id)s"""
_THEIRS = "LEFT JOIN view_inbox.conversations USING (customer_id)"
_FOUND_BY_TEXT = f"""
    (SELECT conversation_id FROM view_inbox.texts WHERE words @@ %(query)s::tsquery LIMIT %(few)s)
    UNION ALL (SELECT conversation_id FROM view_inbox.edits WHERE words @@ %(query)s::tsquery LIMIT %(few)s)
    UNION ALL SELECT conversation_id FROM (
        SELECT customer_id FROM view_inbox.customers WHERE words @@ %(query)s::tsquery LIMIT %(few)s) k {_THEIRS}
    UNION ALL SELECT conversation_id FROM (
        SELECT contact_id FROM view_inbox.contacts WHERE words @@ %(query)s::tsquery LIMIT %(few)s) p
        LEFT JOIN view_inbox.customers USING (contact_id) {_THEIRS}"""
_FOUND_BY_NUMBER = f"""
    UNION ALL SELECT conversation_id FROM (
        SELECT customer_id FROM view_inbox.customers
        WHERE trigrams @> %(trigrams)s AND numbers LIKE %(number)s LIMIT %(few)s) k {_THEIRS}"""
_FOUND_BY_CONTACT = f"""
    SELECT conversation_id FROM (
        SELECT customer_id FROM view_inbox.customers k WHERE {CONTACT} LIMIT %(few)s) k {_THEIRS}"""
_FOUND_BY_COMPANY = f"""
    SELECT conversation_id FROM (
        SELECT {WHO.format(contact_id="b.contact_id")} AS contact_id
        FROM view_inbox.contact_companies b WHERE b.company_id = %(company_id)s LIMIT %(few)s) b
        LEFT JOIN view_inbox.customers USING (contact_id) {_THEIRS} LIMIT %(few)s"""
_FOUND_BY_STAGE = f"""
    (SELECT conversation_id FROM view_inbox.pipeline_records s WHERE {STANDS} LIMIT %(few)s)
    UNION ALL (SELECT conversation_id FROM (
        SELECT {WHO.format(contact_id="s.contact_id")} AS contact_id
        FROM view_inbox.pipeline_records s WHERE {STANDS} LIMIT %(few)s) b
        LEFT JOIN view_inbox.customers USING (contact_id) {_THEIRS} LIMIT %(few)s)"""
_FOUND_BY_FAILURE = """
    SELECT conversation_id FROM view_inbox.failures WHERE organisation_id = %(organisation_id)s LIMIT %(few)s"""


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
    with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(_BOUNDED)
        few = _few(cursor, filters, values, effort.few)
        if few is not None:
            return Listed(_among(cursor, asked, bounds, {**values, "few_ids": few}), None)
        looked = limit if not asked.others else effort.looked_into if _opens_each(filters) else effort.looked_at
        return _along(cursor, asked, bounds, {**values, "looked": looked})


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


def _few(cursor: Cursor[Row], filters: Filters, values: Row, most: int) -> list[UUID] | None:
    """All conversations that may fit a filter which only few do; None where it is not known to be such a one."""
    queries = []
    if filters.contact_id is not None:
        queries.append(_FOUND_BY_CONTACT)
    if filters.company_id is not None:
        queries.append(_FOUND_BY_COMPANY)
    if filters.stages:
        queries.append(_FOUND_BY_STAGE)
    if filters.text is not None:
        number = Sought.of(filters.text).number
        queries.append(_FOUND_BY_TEXT + (_FOUND_BY_NUMBER if number else ""))
    if filters.failed:
        queries.append(_FOUND_BY_FAILURE)
    for query in queries:
        found = [row["conversation_id"] for row in cursor.execute(query.encode(), values)]
        if len(found) <= most:  # customers without a conversation count too: none was left out
            return list(set(found) - {None})
    return None


def _among(cursor: Cursor[Row], asked: Conditions, bounds: str, values: Row) -> list[Row]:
    fitting = " AND ".join([bounds, asked.along, *asked.others])
    few = "SELECT * FROM view_inbox.conversations WHERE conversation_id = ANY (%(few_ids)s) OFFSET 0"
    sql = f"SELECT {_COLUMNS} FROM ({few}) c {_JOINED} WHERE {fitting} {_ORDER} LIMIT %(limit)s"
    return cursor.execute(sql.encode(), values).fetchall()


def _along(cursor: Cursor[Row], asked: Conditions, bounds: str, values: Row) -> Listed:
    looked = f"SELECT c.* FROM view_inbox.conversations c WHERE {bounds} AND {asked.along} {_ORDER}"
    sql = f"""
        SELECT {_COLUMNS} FROM ({looked} LIMIT %(looked)s) c {_JOINED}
        WHERE {" AND ".join(asked.others) or "true"} {_ORDER} LIMIT %(limit)s"""
    rows = cursor.execute(sql.encode(), values).fetchall()
    if not asked.others or len(rows) == values["limit"]:
        return Listed(rows, None)
    last = cursor.execute(f"{looked} OFFSET %(looked)s - 1 LIMIT 1".encode(), values).fetchone()
    return Listed(rows, None if last is None else Place(last["last_message_at"], last["conversation_id"]))
