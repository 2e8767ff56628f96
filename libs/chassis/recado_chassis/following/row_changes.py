"""Projections whose events become changes of rows, each one statement, run for a page of the log at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Protocol

from psycopg import Connection
from recado_events.event import Event

from recado_chassis.mapper import Recorded


class RowChange(Protocol):
    """The name of a statement, and its values by name."""

    @property
    def statement(self) -> str: ...
    @property
    def values(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class RowChanges:
    """Implements `service.Projection`. `changes` is pure: an event and its position in, changes of rows out."""

    name: str
    ddl: str
    statements: Mapping[str, str]
    changes: Callable[[Event, int], Iterable[RowChange]]

    def write(self, connection: Connection[Any], page: Sequence[Recorded]) -> None:
        told: list[RowChange] = []
        for recorded in page:
            told.extend(self.changes(recorded.event, recorded.envelope.position or 0))
        with connection.cursor() as cursor:
            for statement, run in groupby(told, key=lambda change: change.statement):
                cursor.executemany(self.statements[statement].encode(), [_columns(change) for change in run])


def _columns(change: RowChange) -> dict[str, Any]:
    """PostgreSQL's text has no NUL, and no word of a customer's may stop a view. The event keeps what was sent."""
    return {
        name: value.replace("\x00", "\ufffd") if isinstance(value, str) else value
        for name, value in change.values.items()
    }
