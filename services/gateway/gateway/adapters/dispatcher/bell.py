"""Wakes the dispatcher when there may be something to do; it looks by itself now and then if nobody rings."""

from __future__ import annotations

import asyncio
from contextlib import suppress

SOONEST = 0.005
LATEST = 0.2


class Bell:
    """Rung from any thread. Who rings may do so a moment before there is something to see (a commit under way), so
    that after a ring one looks at once and then less and less often."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._pause = LATEST

    def listen(self) -> None:
        """To be called inside the event loop that waits."""
        self._loop = asyncio.get_running_loop()

    def ring(self) -> None:
        loop = self._loop
        if loop is not None:
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(self._rung.set)

    async def wait(self) -> None:
        """Until it is rung, or it is time to look again."""
        # Not wait_for: up to Python 3.11 it swallows a cancellation that comes together with the ring.
        with suppress(TimeoutError):
            async with asyncio.timeout(self._pause):
                await self._rung.wait()
        self._pause = SOONEST if self._rung.is_set() else min(self._pause * 2, LATEST)
        self._rung.clear()
