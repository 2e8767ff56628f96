"""Where to look for what is due: the view may be a moment behind, the streams decide."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

_HOLDS = """
SELECT organisation_id, phone_number_id, customer_id, message_id FROM view_wallets.charges
WHERE state = 'held' AND deadline <= %s ORDER BY deadline LIMIT %s"""
_RECHARGES = """
SELECT organisation_id, purchase_id FROM view_wallets.purchases
WHERE due_at <= %s ORDER BY due_at LIMIT %s"""


class DueQuestions:
    """Implements `ports.Due`."""

    def __init__(self, connect: Callable[[], AbstractContextManager[Connection[Any]]]) -> None:
        self._connect = connect

    def holds(self, now: datetime, limit: int) -> list[tuple[UUID, str, UUID, UUID]]:
        with self._connect() as connection:
            return connection.execute(_HOLDS, [now, limit]).fetchall()

    def recharges(self, now: datetime, limit: int) -> list[tuple[UUID, UUID]]:
        with self._connect() as connection:
            return connection.execute(_RECHARGES, [now, limit]).fetchall()
