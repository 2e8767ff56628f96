"""The tables behind the screens: facts are folded into them in pages of any size, and they are asked as routes ask."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from conversations.adapters.postgres import INBOX, InboxQuestions
from conversations.adapters.postgres.listing import USUAL, Effort
from conversations.views import Filters, Place, Viewer
from psycopg import Connection
from recado_chassis.following.projection_tables import enter, tables_of
from recado_chassis.mapper import Placed
from recado_chassis.storing.postgres_connections import connect
from recado_chassis.storing.postgres_pipeline import pipeline
from recado_events.event import Event

from tests.harness.on_memory import NOON


class Screen:
    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self.connection = connect(dsn, "screen")
        self._told: list[Placed] = []
        self._written = 0

    def close(self) -> None:
        self.connection.close()

    def tells(self, *events: Event) -> int:
        """Gives the position of the last one."""
        for event in events:
            self._told.append(Placed(event, len(self._told) + 1, NOON))
        return len(self._told)

    def folds(self, pages: Sequence[int] = ()) -> None:
        """Everything told so far: pages of these sizes, then the rest as one."""
        for size in [*pages, len(self._told)]:
            page = self._told[self._written : self._written + size]
            if page:
                with pipeline(self.connection), self.connection.transaction():
                    enter(self.connection, INBOX.name)
                    INBOX.write(self.connection, page)
            self._written += len(page)

    def empties(self) -> None:
        self._told, self._written = [], 0
        for table in tables_of(self.connection, INBOX.name):
            self.connection.execute(psycopg.sql.SQL("DELETE FROM {}").format(table))

    def questions(self, effort: Effort = USUAL) -> InboxQuestions:
        return InboxQuestions(self._connected, effort)

    def lists(
        self, viewer: Viewer, filters: Filters, now: datetime, *, limit: int = 7, effort: Effort = USUAL
    ) -> list[UUID]:
        """Through all pages, in the order shown."""
        return [row["conversation_id"] for row in self.rows(viewer, filters, now, limit=limit, effort=effort)]

    def rows(
        self, viewer: Viewer, filters: Filters, now: datetime, *, limit: int = 7, effort: Effort = USUAL
    ) -> Iterator[dict[str, Any]]:
        questions, after = self.questions(effort), None
        while True:
            found = questions.conversations_of(viewer, filters, now, after, limit + 1)
            shown = found.rows[:limit]
            yield from shown
            if len(found.rows) > limit:
                after = Place(shown[-1]["last_message_at"], shown[-1]["conversation_id"])
            elif found.edge is not None:
                after = found.edge
            else:
                return

    @contextmanager
    def _connected(self) -> Iterator[Connection[Any]]:
        yield self.connection
