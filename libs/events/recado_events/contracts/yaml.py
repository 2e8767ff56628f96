"""Writes plain data as YAML. A few lines, so that the published language depends on pydantic and nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

_PLAIN = re.compile(r"[A-Za-z_/$][A-Za-z0-9_./$+-]*( [A-Za-z0-9_./$+-]+)*")
_RESERVED = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}


def dump(value: Any) -> str:
    """YAML 1.2 in block style, which 1.1 readers read alike; members in the order given."""
    return "\n".join(_lines(value)) + "\n"


def _lines(value: Any) -> Iterator[str]:
    if isinstance(value, dict) and value:
        for name, member in value.items():
            yield from _hung(f"{_scalar(str(name))}:", member)
    elif isinstance(value, list) and value:
        for member in value:
            yield from _item(member)
    else:
        yield _scalar(value)


def _hung(label: str, member: Any) -> Iterator[str]:
    if isinstance(member, dict | list) and member:
        yield label
        yield from (f"  {line}" for line in _lines(member))
    elif isinstance(member, str) and _is_prose(member):
        yield f"{label} |"
        yield from (f"  {line}" for line in member.splitlines())
    else:
        yield f"{label} {_scalar(member)}"


def _item(member: Any) -> Iterator[str]:
    first, *rest = _lines(member)
    yield f"- {first}"
    yield from (f"  {line}" for line in rest)


def _is_prose(text: str) -> bool:
    return text.endswith("\n") and all(
        line and line.isprintable() and line == line.strip() for line in text.splitlines()
    )


def _scalar(value: Any) -> str:
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _RESERVED:
        return value
    return json.dumps(value, ensure_ascii=False)
