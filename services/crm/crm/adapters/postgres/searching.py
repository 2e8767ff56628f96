"""Lists, and search in them for any part of a text: by every one, two or three characters of it that follow each other,
behind a mark of their organisation (docs/decisions/0019)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from psycopg import Cursor

from crm.adapters.postgres.reading import Connect, bounded
from crm.views import Row

_GRAM = 3
GRAMS = f"""
    CREATE FUNCTION grams(organisation_id uuid, searched text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT array_agg(DISTINCT right(organisation_id::text, 6) || substr(searched, place, size))
        FROM generate_series(1, length(searched)) AS place, generate_series(1, {_GRAM}) AS size $$;
"""
"""What an index of a column `searched` is made of; part of each view that has one."""
_FEW = 20_000
"""Rows that are sorted for a page. Of more the list itself is read in its order, where a page of them is soon found."""


@dataclass(frozen=True, slots=True)
class Listing:
    """`shown`: what is shown of the rows `{which}`, which are chosen and in their order before."""

    view: str
    alias: str
    order: str
    shown: str

    def page(self, connect: Connect, which: str, values: Row, texts: Iterable[str] = ()) -> list[Row]:
        """Rows of the organisation that fulfil the conditions of `which` and hold one of the folded texts, if any are
        searched for. Each time planned for its values."""
        sought = [text for text in dict.fromkeys(texts) if text]
        values |= {f"part_{place}": _part(text) for place, text in enumerate(sought)}
        values |= {f"grams_{place}": _grams(values["organisation_id"], text) for place, text in enumerate(sought)}
        ordered, column = f"ORDER BY {self.order} LIMIT %(limit)s", f"{self.alias}.searched"
        parts = [f"{column} LIKE %(part_{place})s" for place in range(len(sought))]
        with bounded(connect) as cursor:
            if not sought:
                return self._rows(cursor, f"{which} {ordered}", values)
            index = f"{self.view}.grams({self.alias}.organisation_id, {column})"
            found = [f"{index} @> %(grams_{place})s::text[] AND {part}" for place, part in enumerate(parts)]
            few = f"""
                WITH few AS MATERIALIZED ({which} AND ({" OR ".join(found)}) LIMIT {_FEW + 1})
                SELECT {self.alias}.*, (SELECT count(*) FROM few) AS found FROM few AS {self.alias} {ordered}"""
            rows = self._rows(cursor, few, values)
            if rows and rows[0]["found"] > _FEW:
                rows = self._rows(cursor, f"{which} AND ({' OR '.join(parts)}) {ordered}", values)
            return rows

    def _rows(self, cursor: Cursor[Row], which: str, values: Row) -> list[Row]:
        sql = f"{self.shown.format(which=which)} ORDER BY {self.order}"
        return cursor.execute(sql.encode(), values, prepare=False).fetchall()


def _grams(organisation_id: UUID, text: str) -> list[str]:
    """All of three characters, or the one that is as short as the text."""
    mark, size = organisation_id.hex[-6:], min(len(text), _GRAM)
    return sorted({mark + text[place : place + size] for place in range(len(text) - size + 1)})


def _part(text: str) -> str:
    """A pattern for LIKE that finds this text anywhere, and nothing by wildcards in it."""
    literally = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{literally}%"
