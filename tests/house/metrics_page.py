"""The metrics that docs/operations.md tells of, with their labels and the values that these may have."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from tests.house.sources import ROOT

PAGE = ROOT / "docs" / "operations.md"
_ROW = re.compile(r"^\| `(recado_\w+)` \|(.*?) \| (.+?) \| (.+?) \|$")
_WORD = re.compile(r"`([^`]+)`")


@dataclass(frozen=True)
class Told:
    """A metric as the page has it. `values` of a label are None where the page describes them in words."""

    name: str
    means: str
    do: str
    values: dict[str, frozenset[str] | None] = field(default_factory=dict)


def metrics(page: Path = PAGE) -> dict[str, Told]:
    rows = (_ROW.match(line) for line in page.read_text(encoding="utf-8").splitlines())
    told = [Told(row[1], row[3], row[4], _labels(row[2].strip())) for row in rows if row]
    assert len({each.name for each in told}) == len(told), "a metric is told of twice"
    return {each.name: each for each in told}


def _labels(cell: str) -> dict[str, frozenset[str] | None]:
    """`name`: `a`, `b`; `other`: `c`, or just `name`, `other`."""
    found: dict[str, frozenset[str] | None] = {}
    for part in cell.split("; ") if cell else ():
        names, colon, values = part.partition(": ")
        *plain, last = _WORD.findall(names)
        found.update(dict.fromkeys(plain))
        found[last] = frozenset(_WORD.findall(values)) if colon else None
    return found
