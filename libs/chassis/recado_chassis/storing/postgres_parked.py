"""SQL of parked records: what waits for a person, and which subjects wait behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from psycopg import Connection, Cursor

from recado_chassis.store import Conflict, ParkedRow

_COLUMNS = (
    'topic, partition, "offset", subject, reason, error, attempts, key, value, header_names, header_values, parked_at'
)

_SUBJECTS = "SELECT DISTINCT subject FROM parked WHERE subject = ANY (%b::text[]) AND subject <> ''"
_ROWS = f"SELECT {_COLUMNS} FROM parked ORDER BY id LIMIT %b"
_ROWS_OF = f"SELECT {_COLUMNS} FROM parked WHERE subject = %b ORDER BY id LIMIT %b"
_ROW_AT = f'SELECT {_COLUMNS} FROM parked WHERE topic = %b AND partition = %b AND "offset" = %b'
_COUNT = "SELECT count(*) FROM parked"
_COUNT_FROM = f'{_COUNT} WHERE topic = %b AND partition = %b AND "offset" >= %b'
_PARK = f"INSERT INTO parked ({_COLUMNS}) VALUES (%b, %b, %b, %b, %b, %b, %b, %b, %b, %b::bytea[], %b::bytea[], %b)"
_UNPARK = """
DELETE FROM parked AS p USING unnest(%b::text[], %b::integer[], %b::bigint[]) AS k (topic, partition, place)
WHERE p.topic = k.topic AND p.partition = k.partition AND p."offset" = k.place
RETURNING 1
"""


def subjects(connection: Connection[Any], asked: Iterable[str]) -> set[str]:
    """Those that have parked records. The empty subject never has: its records stand alone."""
    names = list(asked)
    if not names:
        return set()
    return {subject for (subject,) in connection.execute(_SUBJECTS, [names], prepare=True)}


def rows(connection: Connection[Any], subject: str | None, limit: int) -> list[ParkedRow]:
    """Oldest first."""
    cursor = connection.cursor(binary=True)
    found = cursor.execute(_ROWS, [limit]) if subject is None else cursor.execute(_ROWS_OF, [subject, limit])
    return [_row(*values) for values in found]


def at(connection: Connection[Any], topic: str, partition: int, offset: int) -> ParkedRow | None:
    found = connection.cursor(binary=True).execute(_ROW_AT, [topic, partition, offset]).fetchone()
    return found and _row(*found)


def count(connection: Connection[Any], topic: str | None, partition: int, from_offset: int) -> int:
    """Of all, or of a partition from an offset on."""
    asked = (
        connection.execute(_COUNT)
        if topic is None
        else connection.execute(_COUNT_FROM, [topic, partition, from_offset])
    )
    found = asked.fetchone()
    return int(found[0]) if found else 0


class Subjects:
    """The question as sent; `check` compares its answer with what the batch saw."""

    def __init__(self, connection: Connection[Any], seen: Mapping[str, bool]) -> None:
        self._seen = {subject: parked for subject, parked in seen.items() if subject}
        self._cursor: Cursor[Any] | None = None
        if self._seen:
            self._cursor = connection.execute(_SUBJECTS, [list(self._seen)], prepare=True)

    def check(self) -> None:
        """Raises Conflict."""
        parked = {subject for (subject,) in self._cursor} if self._cursor else set()
        if any((subject in parked) != was for subject, was in self._seen.items()):
            raise Conflict("a subject was parked or released meanwhile")


class Unparking:
    """The statement as sent; `check` reads its answer."""

    def __init__(self, connection: Connection[Any], leaving: Sequence[ParkedRow]) -> None:
        self._wanted = len(leaving)
        self._cursor: Cursor[Any] | None = None
        if leaving:
            columns = [
                [row.topic for row in leaving],
                [row.partition for row in leaving],
                [row.offset for row in leaving],
            ]
            self._cursor = connection.execute(_UNPARK, columns)

    def check(self) -> None:
        """Raises Conflict."""
        if self._cursor and len(self._cursor.fetchall()) != self._wanted:
            raise Conflict("a parked record was retried or discarded meanwhile")


def park(connection: Connection[Any], parking: Iterable[ParkedRow]) -> None:
    """Sends the rows in order; one that is there already violates the primary key."""
    for row in parking:
        connection.execute(_PARK, _values(row), prepare=True)


def _values(row: ParkedRow) -> list[Any]:
    names = [name.encode("utf-8", "surrogatepass") for name, _ in row.headers]
    place = [row.topic, row.partition, row.offset, row.subject, row.reason, row.error, row.attempts]
    return [*place, row.key, row.value, names, [value for _, value in row.headers], row.parked_at]


def _row(*values: Any) -> ParkedRow:
    *before, names, contents, parked_at = values
    decoded = [bytes(name).decode("utf-8", "surrogatepass") for name in names]
    row = (*before, tuple(zip(decoded, contents, strict=True)), parked_at)
    return ParkedRow(*row)
