"""SQL of unique rows: who owns what, found, released and claimed many at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from psycopg import Connection, Cursor

from recado_chassis.store import Conflict, UniqueKey

_FIND = """
SELECT k.place, u.owner FROM unnest(%b::text[], %b::text[], %b::text[]) WITH ORDINALITY AS k (kind, scope, value, place)
CROSS JOIN LATERAL (
    SELECT owner FROM unique_rows WHERE kind = k.kind AND scope = k.scope AND value = k.value OFFSET 0
) AS u
"""

_RELEASE = """
DELETE FROM unique_rows AS u
USING unnest(%b::text[], %b::text[], %b::text[], %b::text[]) AS k (kind, scope, value, owner)
WHERE u.kind = k.kind AND u.scope = k.scope AND u.value = k.value AND u.owner = k.owner
RETURNING 1
"""

_CLAIM = """
INSERT INTO unique_rows (kind, scope, value, owner)
SELECT * FROM unnest(%b::text[], %b::text[], %b::text[], %b::text[])
"""


def find(connection: Connection[Any], keys: Iterable[UniqueKey]) -> dict[UniqueKey, str]:
    asked = list(dict.fromkeys(keys))
    if not asked:
        return {}
    columns = [[k.kind for k in asked], [k.scope for k in asked], [k.value for k in asked]]
    found = connection.execute(_FIND, columns, prepare=True)
    return {asked[place - 1]: owner for place, owner in found}


class Releases:
    """The statement as sent; `check` reads its answer."""

    def __init__(self, connection: Connection[Any], releases: Mapping[UniqueKey, str]) -> None:
        self._wanted = len(releases)
        self._cursor: Cursor[Any] | None = None
        if releases:
            self._cursor = connection.execute(_RELEASE, _columns(releases), prepare=True)

    def check(self) -> None:
        """Raises Conflict."""
        if self._cursor and len(self._cursor.fetchall()) != self._wanted:
            raise Conflict("a unique row has another owner by now")


def claim(connection: Connection[Any], claims: Mapping[UniqueKey, str]) -> None:
    """Sends the rows; one that is taken violates the primary key."""
    if claims:
        connection.execute(_CLAIM, _columns(claims), prepare=True)


def _columns(rows: Mapping[UniqueKey, str]) -> list[list[str]]:
    """Sorted, so that neighbours in the index are written together and never in two orders."""
    ordered = sorted((key.kind, key.scope, key.value, owner) for key, owner in rows.items())
    return [list(column) for column in zip(*ordered, strict=True)]
