"""Time zones in requests, by their IANA names."""

from __future__ import annotations

from functools import cache
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator


@cache
def _names() -> frozenset[str]:
    return frozenset(available_timezones())


def _known(name: str) -> str:
    if name not in _names():
        raise ValueError("not an IANA time zone")
    return name


TimeZone = Annotated[str, AfterValidator(_known)]
