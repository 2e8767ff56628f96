"""What is impure arrives as an argument: the clock, ids and randomness."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from threading import Lock
from typing import Protocol
from uuid import UUID

_VERSION = 0x7 << 76
_VARIANT = 0x2 << 62
_LOW = (1 << 62) - 1
_AT_A_TIME = 4096


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


class Randomness:
    """Bits of the operating system, fetched many at a time: every call to it hands the interpreter to other threads,
    and getting it back takes longer than all else an id costs. Not for use across a fork."""

    def __init__(self) -> None:
        self._fetched = b""
        self._used = 0

    def bits(self, count: int) -> int:
        """For one thread at a time."""
        size = (count + 7) // 8
        if self._used + size > len(self._fetched):
            self._fetched, self._used = os.urandom(_AT_A_TIME), 0
        self._used += size
        return int.from_bytes(self._fetched[self._used - size : self._used]) >> (8 * size - count)


class Uuid7:
    """RFC 9562 version 7: 48 bits of milliseconds, 74 random bits. Ids of one instance sort in the order of making."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._randomness = Randomness()
        self._last = 0
        self._lock = Lock()

    def new(self) -> UUID:
        milliseconds = int(self._clock.now().timestamp() * 1000)
        with self._lock:
            random = self._randomness.bits(74)
            made = (milliseconds << 80) | _VERSION | (random >> 62 << 64) | _VARIANT | (random & _LOW)
            self._last = max(made, self._last + 1)
            return UUID(int=self._last)
