"""What is impure arrives as an argument: the clock, ids and randomness."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Lock
from typing import Protocol
from uuid import UUID

_VERSION = 0x7 << 76
_VARIANT = 0x2 << 62
_LOW = (1 << 62) - 1


class Clock(Protocol):
    def now(self) -> datetime:
        """Aware UTC."""
        ...


class Ids(Protocol):
    def new(self) -> UUID:
        """A uuid7: sorts by the time it was made."""
        ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class Uuid7:
    """RFC 9562 version 7: 48 bits of milliseconds, 74 random bits. Ids of one instance sort in the order of making."""

    def __init__(self, clock: Clock, random_bits: Callable[[int], int] = secrets.randbits) -> None:
        self._clock = clock
        self._random_bits = random_bits
        self._last = 0
        self._lock = Lock()

    def new(self) -> UUID:
        milliseconds = int(self._clock.now().timestamp() * 1000)
        random = self._random_bits(74)
        made = (milliseconds << 80) | _VERSION | (random >> 62 << 64) | _VARIANT | (random & _LOW)
        with self._lock:
            self._last = max(made, self._last + 1)
            return UUID(int=self._last)
