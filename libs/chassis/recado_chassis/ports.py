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

    def __init__(self, clock: Clock, random_bits: Callable[[int], int] | None = None) -> None:
        self._clock = clock
        self._random_bits = random_bits or _Bits().draw
        self._last = 0
        self._lock = Lock()

    def new(self) -> UUID:
        milliseconds = int(self._clock.now().timestamp() * 1000)
        with self._lock:
            random = self._random_bits(74)
            made = (milliseconds << 80) | _VERSION | (random >> 62 << 64) | _VARIANT | (random & _LOW)
            self._last = made if made > self._last else self._last + 1
            return UUID(int=self._last)


class _Bits:
    """Random bits that no one can foresee; the system is asked for many at once. Not to be used in several threads."""

    def __init__(self) -> None:
        self._store = b""
        self._at = 0

    def draw(self, count: int) -> int:
        size = (count + 7) // 8
        if self._at + size > len(self._store):
            self._store, self._at = secrets.token_bytes(4096), 0
        begin, self._at = self._at, self._at + size
        return int.from_bytes(self._store[begin : self._at], "big") >> (8 * size - count)
