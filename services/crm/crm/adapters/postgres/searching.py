"""Search for any part of a text: by every three characters of it that follow each other, behind a mark of their
organisation (docs/decisions/0019)."""

from __future__ import annotations

from collections.abc import Iterable

from crm.views import Row

GRAMS = """
    CREATE FUNCTION grams(organisation_id uuid, searched text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT array_agg(DISTINCT right(organisation_id::text, 6) || substr(searched, place, 3))
        FROM generate_series(1, length(searched) - 2) AS place $$;
"""
"""What an index of a column `searched` is made of; part of each view that has one."""
_GRAM = 3


def holding(view: str, alias: str, texts: Iterable[str]) -> tuple[str, Row]:
    """The condition that one of these folded texts is part of what is searched in a row, and its values. What is
    shorter than what the index holds is looked for along the list: it is nearly everywhere."""
    arms, values = [], {}
    for place, text in enumerate(texts):
        arm = f"{alias}.searched LIKE %(part_{place})s"
        if len(text) >= _GRAM:
            index = f"{view}.grams({alias}.organisation_id, {alias}.searched)"
            arm = f"({index} @> {view}.grams(%(organisation_id)s, %(text_{place})s) AND {arm})"
        arms.append(arm)
        values |= {f"part_{place}": _part(text), f"text_{place}": text}
    return f" AND ({' OR '.join(arms)})", values


def _part(text: str) -> str:
    """A pattern for LIKE that finds this text anywhere, and nothing by wildcards in it."""
    literally = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{literally}%"
