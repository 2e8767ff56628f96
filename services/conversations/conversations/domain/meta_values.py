"""Values as Meta writes them: texts that may be numbers, empty ones that are absent, numbers nobody else can read."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

Json = Mapping[str, Any]
_WHOLE = re.compile(r"-?[0-9]{1,19}")


def text_of(value: Any) -> str | None:
    """An empty string from Meta is an absent value; numbers are written out."""
    if isinstance(value, bool) or value is None:
        return None
    text = str(value).strip() if isinstance(value, str | int | float) else ""
    return text or None


def object_of(value: Any) -> Json:
    """An empty one where something else stands in its place."""
    return value if isinstance(value, dict) else {}


def code_of(error: Any) -> int | None:
    """The code of one of Meta's errors, which is a number also where it is written as a text."""
    told = object_of(error).get("code")
    if isinstance(told, str) and _WHOLE.fullmatch(told):
        told = int(told)
    return told if isinstance(told, int) and not isinstance(told, bool) and is_readable(told) else None


def details_of(error: Json) -> str | None:
    """What Meta says to one of its errors, where it says it today or where it said it in older versions."""
    return text_of(object_of(error.get("error_data")).get("details")) or text_of(error.get("details"))


def as_text(told: Any) -> str:
    """JSON as text, whatever its numbers are."""
    return json.dumps(plain(told), ensure_ascii=False, separators=(",", ":"))


def plain(told: Any) -> Any:
    """The same JSON without numbers that others cannot read: those beyond 64 bits and infinite ones become text."""
    if isinstance(told, dict):
        return {name: plain(value) for name, value in told.items()}
    if isinstance(told, list):
        return [plain(value) for value in told]
    if isinstance(told, float):
        return told if math.isfinite(told) else str(told)
    if isinstance(told, int) and not isinstance(told, bool):
        return told if is_readable(told) else str(told)
    return told


def is_readable(number: int) -> bool:
    return -(2**63) <= number < 2**63
