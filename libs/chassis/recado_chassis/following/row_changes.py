"""Projections whose events become changes of rows, each one statement, run for a page of the log at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any, Protocol

from psycopg import Connection, Cursor
from recado_events.event import Event

from recado_chassis.mapper import Placed


class RowChange(Protocol):
    """The name of a statement, and its values by name."""

    @property
    def statement(self) -> str: ...
    @property
    def values(self) -> Mapping[str, Any]: ...


class Together(str):
    """A statement that takes many changes at once, each of its values as an array of theirs, in their order."""

    __slots__ = ()


@dataclass(frozen=True)
class RowChanges:
    """Implements `service.Projection`. `changes` is pure: an event and its position in, changes of rows out."""

    name: str
    ddl: str
    statements: Mapping[str, str]
    changes: Callable[[Event, int], Iterable[RowChange]]
    commute: bool = False
    """Whether a page may be written statement by statement, in the order in which `statements` names them: no column
    of a row is written by two of them, but for the one, named first, that inserts the row."""

    def write(self, connection: Connection[Any], page: Sequence[Placed]) -> None:
        told: list[RowChange] = []
        for event, position, _ in page:
            told.extend(self.changes(event, position))
        if self.commute:
            told.sort(key=lambda change: self._order[change.statement])
        with connection.cursor() as cursor:
            for name, run in groupby(told, key=lambda change: change.statement):
                _run(cursor, self.statements[name], [_columns(change) for change in run])

    @cached_property
    def _order(self) -> Mapping[str, int]:
        return {name: place for place, name in enumerate(self.statements)}


def _run(cursor: Cursor[Any], statement: str, rows: Sequence[Mapping[str, Any]]) -> None:
    if isinstance(statement, Together):
        cursor.execute(statement.encode(), {name: [row[name] for row in rows] for name in rows[0]}, prepare=True)
    else:
        cursor.executemany(statement.encode(), rows)


def _columns(change: RowChange) -> dict[str, Any]:
    """PostgreSQL's text has no NUL, and no word of a customer's may stop a view. The event keeps what was sent."""
    return {
        name: value.replace("\x00", "\ufffd") if isinstance(value, str) else value
        for name, value in change.values.items()
    }
