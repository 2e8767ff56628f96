"""The base of every request body: strict, closed, and silent about what it was given."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

_WRITTEN_AS_TEXT = frozenset({"uuid", "datetime", "date", "time", "timedelta", "decimal"})
_WRITTEN_AS_ARRAY = frozenset({"tuple", "set", "frozenset"})


def _read_from_json(node: Any) -> None:
    # Strict validation of Python values refuses what JSON can only write as text or array; FastAPI validates those.
    if isinstance(node, list):
        for item in node:
            _read_from_json(item)
        return
    if not isinstance(node, dict):
        return
    for name, item in node.items():
        if name not in ("metadata", "serialization", "default"):
            _read_from_json(item)
    kind = node.get("type")
    if not isinstance(kind, str):  # a model may have a field of that name
        return
    if kind in _WRITTEN_AS_ARRAY:
        node["strict"] = False
    elif kind in _WRITTEN_AS_TEXT and "strict" not in node:
        lax = {**node, "strict": False}
        node.clear()
        node.update(core_schema.no_info_before_validator_function(_not_a_number, lax))


def _not_a_number(value: Any) -> Any:
    if isinstance(value, int | float | bytes):
        raise PydanticCustomError("string_type", "Input should be a string")
    return value


class RequestModel(BaseModel):
    """No unknown members (so nobody sets what is not theirs to set) and no coercion: `"1"` is no number, `1` no time.

    Fields may be str, int, float, bool, Literal, UUID, times, lists and tuples of these, and other RequestModels.
    """

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        hide_input_in_errors=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
    )

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler, /) -> CoreSchema:
        schema = handler(source)
        _read_from_json(schema)
        return schema
