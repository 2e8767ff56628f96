"""The tasks of a process: named, watched for ending unasked, and ended together within a time."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import structlog

log = structlog.get_logger()


class Parts:
    """Tasks that are meant to run until they are cancelled."""

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []

    def begin(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.append(asyncio.create_task(work, name=name))

    async def run_until(self, stopping: asyncio.Event) -> bool:
        """True once it is asked to stop; False when a part ended unasked, which is logged."""
        asked = asyncio.create_task(stopping.wait(), name="stopping")
        await asyncio.wait([asked, *self._tasks], return_when=asyncio.FIRST_COMPLETED)
        ended = [task for task in self._tasks if task.done()]
        self._tasks = [task for task in self._tasks if not task.done()]
        for task in ended:
            log.error("part_ended", part=task.get_name(), exc_info=task.exception())
        asked.cancel()
        return not ended

    async def end(self, seconds: float) -> bool:
        """Cancels all and lets them finish what they have in hand; False where some needed longer than that."""
        for task in self._tasks:
            task.cancel()
        if not self._tasks:
            return True
        done, late = await asyncio.wait(self._tasks, timeout=seconds)
        for task in done:
            if not task.cancelled() and task.exception() is not None:
                log.warning("part_ended_badly", part=task.get_name(), exc_info=task.exception())
        for task in late:
            log.error("part_did_not_end", part=task.get_name(), seconds=seconds)
        return not late
