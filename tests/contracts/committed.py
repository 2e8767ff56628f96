"""What stands in the folder of the contracts, as the tests read it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

CONTRACTS = Path(__file__).parents[2] / "contracts"
EXAMPLES = sorted(path.relative_to(CONTRACTS).as_posix() for path in (CONTRACTS / "examples").rglob("*.json"))


@cache
def read(path: str) -> Any:
    """The JSON at `path`, relative to the folder of the contracts. Shared: do not change it."""
    return json.loads((CONTRACTS / path).read_text(encoding="utf-8"))


def type_of(path: str) -> str:
    """The type whose example stands at `examples/<type>.json` or `examples/<type>/<variant>.json`."""
    parts = path.removesuffix(".json").split("/")
    return parts[1]


def parts(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in a JSON value, the outermost first."""
    if isinstance(value, dict):
        yield value
        for member in value.values():
            yield from parts(member)
    if isinstance(value, list):
        for member in value:
            yield from parts(member)
