"""Whole numbers of query parameters: plain digits, nothing that merely looks like a number."""

from __future__ import annotations

import re
from typing import Annotated, Any

from fastapi import Header, Query
from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

_DIGITS = re.compile(r"[0-9]{1,19}")
_MAX = 2**63 - 1


def _whole(value: Any) -> Any:
    if isinstance(value, str) and not _DIGITS.fullmatch(value):
        raise PydanticCustomError("whole_number", "Input should be a whole number in plain digits")
    return value


Position = Annotated[int, BeforeValidator(_whole), Query(ge=0, le=_MAX)]
"""A position of a log, or 0 for its beginning."""
Limit = Annotated[int, BeforeValidator(_whole), Query(ge=1, le=100)]
PageOfLog = Annotated[int, BeforeValidator(_whole), Query(ge=1, le=500)]
LastEventId = Annotated[
    Annotated[int, BeforeValidator(_whole), Field(ge=0, le=_MAX)] | None, Header(alias="Last-Event-ID")
]
"""The position up to which a reader of a stream has seen everything; None where it begins."""
