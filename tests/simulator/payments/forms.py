"""Stripe's bodies: forms whose names are paths, `line_items[0][quantity]=1`; checked member by member."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from .problems import ApiError

Json = dict[str, Any]
_NAME = re.compile(r"([a-z_]+)((?:\[[A-Za-z0-9_]*\])*)")
_PART = re.compile(r"\[([A-Za-z0-9_]*)\]")


def parsed(body: bytes) -> Json:
    """Nested, all leaves text. Raises ApiError."""
    found: Json = {}
    for name, value in parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=bool(body)):
        match = _NAME.fullmatch(name)
        if match is None:
            raise ApiError(400, "parameter_unknown", f"Received unknown parameter: {name[:60]}", param=name[:60])
        _put(found, [match[1], *_PART.findall(match[2])], value)
    return found


def _put(into: Json, path: list[str], value: str) -> None:
    *places, last = path
    for place in places:
        into = into.setdefault(place, {})
        if not isinstance(into, dict):
            raise ApiError(400, "parameter_invalid", "A parameter is a value and an object at once.")
    into[last] = value


Shape = Mapping[str, Any]
"""Name → `str`, `int`, `bool`, a Shape, or a list with one Shape or type. A name that ends with `!` is required."""


def checked(given: Json, shape: Shape, at: str = "") -> Json:
    """The values as their types. Raises ApiError for unknown, missing and malformed ones."""
    known = {name.rstrip("!"): kind for name, kind in shape.items()}
    for name in given:
        if name not in known:
            raise ApiError(400, "parameter_unknown", f"Received unknown parameter: {at}{name}", param=at + name)
    for name in shape:
        if name.endswith("!") and name[:-1] not in given:
            raise ApiError(400, "parameter_missing", f"Missing required param: {at}{name[:-1]}.", param=at + name[:-1])
    return {name: _value(value, known[name], f"{at}{name}") for name, value in given.items()}


def _value(value: Any, kind: Any, at: str) -> Any:
    if isinstance(kind, list):
        items = value.items() if isinstance(value, dict) else ()
        if [key for key, _ in items if key] != [str(n) for n in range(len(items))] and "" not in dict(items):
            raise ApiError(400, "parameter_invalid", f"Invalid array: {at}", param=at)
        return [_value(item, kind[0], f"{at}[{key}]") for key, item in items]
    if isinstance(kind, Mapping):
        if not isinstance(value, dict):
            raise ApiError(400, "parameter_invalid", f"Invalid object: {at}", param=at)
        return checked(value, kind, f"{at}.") if kind else value
    if isinstance(value, dict):
        raise ApiError(400, "parameter_invalid", f"Invalid value: {at}", param=at)
    return _scalar(value, kind, at)


def _scalar(value: str, kind: Any, at: str) -> Any:
    if kind is int:
        if not re.fullmatch(r"-?\d{1,12}", value):
            raise ApiError(400, "parameter_invalid_integer", f"Invalid integer: {at}", param=at)
        return int(value)
    if kind is bool:
        if value not in ("true", "false"):
            raise ApiError(400, "parameter_invalid", f"Invalid boolean: {at}", param=at)
        return value == "true"
    if not value:
        raise ApiError(400, "parameter_invalid_empty", f"You passed an empty string for '{at}'.", param=at)
    return value
