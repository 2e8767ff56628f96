"""The safety net under the rule that logs hold ids only: what looks like a person or a secret is taken out."""

from __future__ import annotations

import re
import sys
import traceback
from functools import lru_cache
from typing import Any, Literal

import psycopg
from aiokafka.errors import KafkaError
from structlog.typing import EventDict, WrappedLogger

_PERSONAL = re.compile(
    r"^(personal|name|first_name|last_name|display_name|profile_name|book_name|text|body|caption|phone|phone_number|wa_id|wamid|"
    r"to|from|recipient|email|address|file_?name|alias|aliases|search|query|query_string|headers|cookie|"
    r".*(password|secret|token|authorization|private_key|pin))$"
)
_ID = re.compile(r"(^|_)(id|ids|position|offset|log|stream|subject|at|time|ms|seconds|bytes|count|port|pid)$")
_KEPT_OR_HIDDEN = re.compile(
    r"(?P<kept>\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b|\b\d{4}-\d\d-\d\dT[\d:.]+)"
    r"|wamid\.[\w+/=]+|[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{1,64}|\+\d[\d ().-]{6,}\d|\d{8,}|\beyJ[\w-]+\.[\w-]+\.[\w-]*"
)
_MASK = "***"
_LONGEST = 2_000
_FRAMES = 12
_TELLING = (OSError, KafkaError, psycopg.OperationalError)
"""What servers and the system say about themselves; other messages may quote what somebody sent."""


def discreet(_: WrappedLogger, __: str, entry: EventDict) -> EventDict:
    """Drops members with personal names and masks runs of 8 or more digits, except in ids and positions."""
    return {key: value if key[:1] == "_" else _told(key, value) for key, value in entry.items() if _rule(key) != "drop"}


@lru_cache(maxsize=4096)
def _rule(key: object) -> Literal["drop", "keep", "mask"]:
    if not isinstance(key, str):
        return "mask"
    return "drop" if _PERSONAL.match(key) else "keep" if _ID.search(key) else "mask"


def _told(key: object, value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _told(name, item) for name, item in value.items() if _rule(name) != "drop"}
    if isinstance(value, list | tuple | set | frozenset):
        return [_told(key, item) for item in value]
    if _rule(key) == "keep":
        return value
    if isinstance(value, str):
        return masked(value)
    return _MASK if isinstance(value, int) and abs(value) >= 10_000_000 else value


def masked(text: str) -> str:
    """A text without phone numbers, wamids, addresses of e-mail and tokens; UUIDs and ISO times stay. Cut off at 2,000
    characters."""
    text = text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
    return _KEPT_OR_HIDDEN.sub(lambda found: found["kept"] or _MASK, text)


def without_values(_: WrappedLogger, __: str, entry: EventDict) -> EventDict:
    """Replaces `exc_info` by classes and places, because messages of exceptions quote values."""
    given = entry.pop("exc_info", None)
    if not given:
        return entry
    error = given if isinstance(given, BaseException) else given[1] if isinstance(given, tuple) else sys.exc_info()[1]
    if error is not None:
        entry["error"] = described(error)
        entry["raised"] = places(error)
    return entry


def described(error: BaseException) -> str:
    """The chain of classes, innermost cause last, with the message where it cannot quote what somebody sent."""
    words: list[str] = []
    seen: BaseException | None = error
    while seen is not None and len(words) < 5:
        words.append(_described(seen))
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return " < ".join(words)


def _described(error: BaseException) -> str:
    name = type(error).__qualname__
    own = type(error).__module__.startswith("recado_chassis")
    return f"{name}: {masked(str(error))}" if str(error) and (own or isinstance(error, _TELLING)) else name


def places(error: BaseException) -> list[str]:
    """`file:line function` of the innermost frames, outermost first."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return ["/".join(frame.filename.split("/")[-2:]) + f":{frame.lineno} {frame.name}" for frame in frames]
