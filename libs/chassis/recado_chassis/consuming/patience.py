"""How long the broker holds back an answer that would be small: briefly while records come, long while none do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from aiokafka import AIOKafkaConsumer

IDLE_AFTER = 1.0
"""Seconds without a record."""
LONG = 500
"""Milliseconds between two answers of a broker that has nothing to tell: each costs both sides as much as a record."""
_MUCH = 64 * 1024
"""Bytes that it does not hold back."""


class Patience:
    """Of one consumer. Idle, the first record is answered with at once; busy, what comes within `brief` milliseconds
    goes together, so that not each record is an answer of its own."""

    def __init__(self, brief: int, consumer: Callable[[], AIOKafkaConsumer | None]) -> None:
        self._brief = brief
        self._consumer = consumer
        self._last = 0.0
        self._looking: asyncio.TimerHandle | None = None

    def told(self) -> None:
        """Records came."""
        loop = asyncio.get_running_loop()
        self._last = loop.time()
        if self._looking is None:
            self._wait_for(_MUCH, self._brief)
            self._looking = loop.call_later(IDLE_AFTER, self._look)

    def stop(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            self._looking = None

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        quiet = loop.time() - self._last
        if quiet < IDLE_AFTER:
            self._looking = loop.call_later(IDLE_AFTER - quiet, self._look)
            return
        self._looking = None
        self._wait_for(1, LONG)

    def _wait_for(self, size: int, milliseconds: int) -> None:
        # The client takes both once, when it is made, and reads them for each request.
        fetcher: Any = getattr(self._consumer(), "_fetcher", None)
        if fetcher is not None:
            fetcher._fetch_min_bytes, fetcher._fetch_max_wait_ms = size, milliseconds
