"""What is answered when nothing is wrong: JSON, with times in UTC and ids as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from pydantic import BaseModel
from starlette.responses import Response

POSITION_HEADER = "Recado-Position"


def json_response(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Takes dicts, dataclasses, pydantic models, UUIDs and aware times."""
    return Response(to_json(content), status_code=status, headers=dict(headers or {}), media_type="application/json")


def to_json(content: Any) -> bytes:
    return orjson.dumps(content, default=_plain, option=orjson.OPT_UTC_Z)


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, frozenset | set):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")
