"""A change of a row."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Change:
    """The name of a statement, and its values by name."""

    statement: str
    values: dict[str, Any]


Changes = Iterator[Change]


def as_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True).encode()
