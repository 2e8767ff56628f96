"""The questions that the screens of billing ask, as SQL. Every one is about one organisation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

import orjson
from psycopg import Connection
from psycopg.rows import dict_row

from billing.views.questions import Row

Connect = Callable[[], AbstractContextManager[Connection[Any]]]
PAGE = 2_000
_END = 2**63 - 1
"""Above every position. A condition that may be left out would keep a prepared plan from stopping at the limit."""


class WalletQuestions:
    """Implements `views.Questions`."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect

    def organisation(self, organisation_id: UUID) -> Row | None:
        return self._one(
            "SELECT * FROM view_wallets.organisations WHERE organisation_id = %(org)s", org=organisation_id
        )

    def wallet(self, organisation_id: UUID) -> Row | None:
        return self._one("SELECT * FROM view_wallets.balances WHERE organisation_id = %(org)s", org=organisation_id)

    def conversations(self, organisation_id: UUID, months: list[str]) -> list[Row]:
        sql = """SELECT * FROM view_wallets.conversations
                 WHERE organisation_id = %(org)s AND month = ANY (%(months)s) ORDER BY month DESC, waba_id"""
        return self._rows(sql, org=organisation_id, months=months)

    def statement(self, organisation_id: UUID, month: str | None, after: int | None, limit: int) -> list[Row]:
        sql = f"""SELECT * FROM view_wallets.statement WHERE organisation_id = %(org)s {_within(month)}
                  AND position < %(before)s ORDER BY position DESC LIMIT %(limit)s"""
        before = _END if after is None else after
        rows = self._rows(sql, org=organisation_id, month=month, before=before, limit=limit)
        return [_told(row) for row in rows]

    def statement_lines(self, organisation_id: UUID, month: str | None) -> Iterator[Row]:
        sql = f"""SELECT * FROM view_wallets.statement WHERE organisation_id = %(org)s {_within(month)}
                  AND position > %(after)s ORDER BY position LIMIT %(limit)s"""
        after = 0
        while True:
            rows = self._rows(sql, org=organisation_id, month=month, after=after, limit=PAGE)
            yield from (_told(row) for row in rows)
            if len(rows) < PAGE:
                return
            after = rows[-1]["position"]

    def cost(self, organisation_id: UUID, message_id: UUID) -> Row | None:
        sql = "SELECT * FROM view_wallets.charges WHERE organisation_id = %(org)s AND message_id = %(message)s"
        row = self._one(sql, org=organisation_id, message=message_id)
        return None if row is None else {**row, "rated": None if row["rated"] is None else orjson.loads(row["rated"])}

    def purchase(self, organisation_id: UUID, purchase_id: UUID) -> Row | None:
        sql = "SELECT * FROM view_wallets.purchases WHERE organisation_id = %(org)s AND purchase_id = %(purchase)s"
        return self._one(sql, org=organisation_id, purchase=purchase_id)

    def purchases(self, organisation_id: UUID, after: UUID | None, limit: int) -> list[Row]:
        sql = """SELECT * FROM view_wallets.purchases WHERE organisation_id = %(org)s
                 AND (%(after)s::uuid IS NULL OR (started_at, purchase_id) <
                      (SELECT started_at, purchase_id FROM view_wallets.purchases WHERE purchase_id = %(after)s))
                 ORDER BY started_at DESC, purchase_id DESC LIMIT %(limit)s"""
        return self._rows(sql, org=organisation_id, after=after, limit=limit)

    def _one(self, sql: str, **values: Any) -> Row | None:
        return next(iter(self._rows(sql, **values)), None)

    def _rows(self, sql: str, **values: Any) -> list[Row]:
        with self._connect() as connection, connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(sql.encode(), values).fetchall()


def _within(month: str | None) -> str:
    return "" if month is None else "AND month = %(month)s"


def _told(row: Row) -> Row:
    row["details"] = orjson.loads(row["details"])
    return row
