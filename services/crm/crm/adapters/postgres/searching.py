"""Lists, and search in them for a part of a text: by every three characters of it that follow each other, behind a mark
of their organisation (docs/decisions/0019).

Every word stands behind a space. What is shorter than three characters is looked for as the beginning of a word.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from psycopg import Cursor
from recado_chassis.storing.bounded import bounded
from recado_events.trigrams import marked, trigrams_of

from crm.adapters.postgres.reading import Connect
from crm.views import Row

SEARCHED = """
    CREATE FUNCTION grams(organisation_id uuid, searched text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT array_agg(right(organisation_id::text, 6) || substr(searched, place, size))
        FROM generate_series(1, length(searched)) AS place, generate_series(2, 3) AS size
        WHERE size = 3 OR substr(searched, place, 1) = ' ' $$;
    -- By itself, for its index takes long to write, and other things of a record change more often.
    CREATE TABLE searched (
        id uuid PRIMARY KEY,
        organisation_id uuid NOT NULL,
        text text NOT NULL
    );
    CREATE INDEX searched_by ON searched USING gin (grams(organisation_id, text)) WITH (gin_pending_list_limit = 256);
"""
"""Part of each view in which something is searched."""
_SHORTEST = 3
_FEW = 20_000
"""Rows that are sorted for a page. Of more the list itself is read in its order, where a page of them is soon found."""


@dataclass(frozen=True, slots=True)
class Listing:
    view: str
    key: str
    """The column of a row's id, behind the rows' alias."""
    order: str
    shown: str
    """What is shown of the rows `{which}`, which are chosen and in their order before."""

    def page(self, connect: Connect, which: str, values: Row, texts: Iterable[str] = ()) -> list[Row]:
        """Rows of the organisation that fulfil the conditions of `which` and hold one of the folded texts, if any are
        searched for."""
        sought = [text if len(text) >= _SHORTEST else f" {text}" for text in dict.fromkeys(texts) if text]
        values |= {f"part_{place}": _part(text) for place, text in enumerate(sought)}
        org = values["organisation_id"]
        values |= {f"grams_{place}": marked(org, trigrams_of(text) or [text]) for place, text in enumerate(sought)}
        with connect() as connection, bounded(connection) as cursor:
            which = f"{which} {self._condition(cursor, values, len(sought))} ORDER BY {self.order} LIMIT %(limit)s"
            sql = f"{self.shown.format(which=which)} ORDER BY {self.order}"
            return cursor.execute(sql.encode(), values, prepare=False).fetchall()

    def _condition(self, cursor: Cursor[Row], values: Row, texts: int) -> str:
        if not texts:
            return ""
        index, parts = f"{self.view}.grams(s.organisation_id, s.text)", range(texts)
        held = " OR ".join(f"{index} @> %(grams_{place})s::text[] AND s.text LIKE %(part_{place})s" for place in parts)
        found = f"FROM {self.view}.searched s WHERE s.organisation_id = %(organisation_id)s AND ({held})"
        counted = f"SELECT count(*) AS found FROM (SELECT {found} LIMIT {_FEW + 1}) AS few"
        (few,) = cursor.execute(counted.encode(), values, prepare=False).fetchall()
        if few["found"] <= _FEW:
            return f"AND {self.key} = ANY (ARRAY (SELECT s.id {found}))"
        patterns = ", ".join(f"%(part_{place})s" for place in parts)
        return f"AND (SELECT s.text FROM {self.view}.searched s WHERE s.id = {self.key}) LIKE ANY (ARRAY[{patterns}])"


def _part(text: str) -> str:
    """A pattern for LIKE that finds this text anywhere, and nothing by wildcards in it."""
    literally = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{literally}%"
