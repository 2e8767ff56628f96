"""What services have stored, asked over one kept connection a database: questions are asked again and again."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.rows import DictRow, dict_row


class Databases:
    def __init__(self) -> None:
        self._open: dict[str, psycopg.Connection[DictRow]] = {}

    def rows(self, dsn: str, sql: str) -> list[dict[str, Any]]:
        """Connects anew, once, where the server was restarted in the meantime."""
        kept = self._open.pop(dsn, None)
        if kept is not None:
            try:
                return self._asked(dsn, kept, sql)
            except psycopg.OperationalError:
                kept.close()
        return self._asked(dsn, psycopg.connect(dsn, autocommit=True, row_factory=dict_row), sql)

    def close(self) -> None:
        for connection in self._open.values():
            connection.close()
        self._open.clear()

    def _asked(self, dsn: str, connection: psycopg.Connection[DictRow], sql: str) -> list[dict[str, Any]]:
        found = connection.execute(sql.encode()).fetchall()
        self._open[dsn] = connection
        return found
