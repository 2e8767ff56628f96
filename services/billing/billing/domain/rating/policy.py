"""Policies as they are chosen: a name, and what the contract with the customer says beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

NAMES = ("R1", "R2", "R3")


@dataclass(frozen=True, slots=True)
class Policy:
    name: str
    valid_from: datetime
    """Wall-clock time of each WABA's zone."""
    reply_window_is_free: bool = True
    free_conversations: int = 1_000
    free_service_messages: int = 1_000


DEFAULT = Policy("R1", datetime.min)  # noqa: DTZ901 - a wall-clock time, before every other
"""In force until another one is chosen."""


@lru_cache(1024)
def local(at: datetime, zone: str) -> datetime:
    """The wall-clock time of an instant in an IANA zone. A delivery asks for the same one many times."""
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


@lru_cache(1024)
def month_of(at: datetime, zone: str) -> str:
    """YYYY-MM on the calendar of that zone."""
    return f"{local(at, zone):%Y-%m}"
