"""Conversations that may fit a filter, named by an index of its own, or found among those that are looked at."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from psycopg import Cursor

from conversations.adapters.postgres.conditions import CONTACT, NUMBER, STANDS
from conversations.adapters.postgres.sought import Sought
from conversations.adapters.postgres.superseding import WHO
from conversations.views.filters import Filters
from conversations.views.questions import Row

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
_ALL_WITH_THEM = """
    EXPLAIN (FORMAT JSON)
    SELECT FROM view_inbox.texts WHERE words @@ %(query)s::tsquery
    UNION ALL SELECT FROM view_inbox.customers WHERE words @@ %(query)s::tsquery
    UNION ALL SELECT FROM view_inbox.contacts WHERE words @@ %(query)s::tsquery"""
# OFFSET 0: their texts are read by conversation, for the words are in too many others.
_OF_THESE_BY_TEXT = f"""
    SELECT conversation_id FROM (
        SELECT * FROM view_inbox.texts WHERE conversation_id = ANY (%(looked_ids)s) OFFSET 0) t
        WHERE words @@ %(query)s::tsquery
    UNION SELECT conversation_id FROM (
        SELECT * FROM view_inbox.edits WHERE conversation_id = ANY (%(looked_ids)s) OFFSET 0) e
        WHERE words @@ %(query)s::tsquery
    UNION SELECT conversation_id FROM (
        SELECT * FROM view_inbox.conversations WHERE conversation_id = ANY (%(looked_ids)s) OFFSET 0) c
        JOIN view_inbox.customers k USING (customer_id) LEFT JOIN view_inbox.contacts p ON p.contact_id = k.contact_id
        WHERE k.words @@ %(query)s::tsquery OR p.words @@ %(query)s::tsquery OR {NUMBER}"""
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


def few_of(cursor: Cursor[Row], filters: Filters, values: Row, most: int) -> list[UUID] | None:
    """All conversations that may fit a filter which only few do; None where it is not known to be such a one."""
    queries = []
    if filters.contact_id is not None:
        queries.append(_FOUND_BY_CONTACT)
    if filters.company_id is not None:
        queries.append(_FOUND_BY_COMPANY)
    if filters.stages:
        queries.append(_FOUND_BY_STAGE)
    if filters.text is not None and not _many_have(cursor, values, most):
        number = Sought.of(filters.text).number
        queries.append(_FOUND_BY_TEXT + (_FOUND_BY_NUMBER if number else ""))
    if filters.failed:
        queries.append(_FOUND_BY_FAILURE)
    for query in queries:
        found = [row["conversation_id"] for row in cursor.execute(query.encode(), values)]
        if len(found) <= most:  # customers without a conversation count too: none was left out
            return list(set(found) - {None})
    return None


def with_words(cursor: Cursor[Row], values: Row, looked: Sequence[UUID]) -> list[UUID]:
    """Those of `looked` whose messages, customer or contact have the words that are searched."""
    found = cursor.execute(_OF_THESE_BY_TEXT.encode(), {**values, "looked_ids": looked})
    return [row["conversation_id"] for row in found]


def _many_have(cursor: Cursor[Row], values: Row, most: int) -> bool:
    """Whether PostgreSQL's statistics know of more that have the words: to look all of them up would take too long."""
    (told,) = cursor.execute(_ALL_WITH_THEM, values).fetchall()
    return bool(told["QUERY PLAN"][0]["Plan"]["Plan Rows"] > most)
