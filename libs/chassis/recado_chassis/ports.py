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
_RANDOM_BYTES = 10


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

    def __init__(self, clock: Clock, random_bytes: Callable[[int], bytes] = secrets.token_bytes) -> None:
        self._clock = clock
        self._random_bytes = random_bytes
        self._random = b""
        """Drawn for many ids at once: each call to the system hands the interpreter to other threads."""
        self._drawn = 0
        self._last = 0
        self._lock = Lock()

    def new(self) -> UUID:
        milliseconds = int(self._clock.now().timestamp() * 1000)
        with self._lock:
            begin, self._drawn = self._drawn, self._drawn + _RANDOM_BYTES
            if self._drawn > len(self._random):
                self._random = self._random_bytes(400 * _RANDOM_BYTES)
                begin, self._drawn = 0, _RANDOM_BYTES
            random = int.from_bytes(self._random[begin : self._drawn], "big")
            made = (milliseconds << 80) | _VERSION | (random >> 68 << 64) | _VARIANT | (random & _LOW)
            self._last = last = made if made > self._last else self._last + 1
        return UUID(int=last)
