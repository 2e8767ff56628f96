"""The role `media`: takes files that wait, as many as it has hands for, and sees each attempt through."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from prometheus_client import Counter, Gauge
from recado_chassis.threads import in_thread
from structlog import get_logger

from gateway.application.media_ports import Waiting
from gateway.application.moving import Moving

AT_ONCE = 4
"""Files each way at once: threads of its own, so that nothing else waits for a slow one."""
PAUSE = 0.3
_COUNT_EVERY = 10.0
OUTCOMES = {"fetch": ("stored", "failed", "lost", "over"), "upload": ("taken", "failed", "refused", "over")}

MOVED = Counter("recado_media_attempts_total", "Attempts to move a file.", ["direction", "outcome"])
WAITING = Gauge("recado_media_waiting", "Files that are to be moved.", ["direction"])

_log = get_logger()


class Mover:
    """Several may run: whoever takes a file has it for some minutes. Stopping, it finishes what it has in hand."""

    name = "mover"

    def __init__(self, moving: Moving) -> None:
        self._moving = moving
        self._pool = ThreadPoolExecutor(2 * AT_ONCE, thread_name_prefix="media")

    def ready(self) -> bool:
        """Always: nobody waits for it."""
        return True

    async def run(self) -> None:
        """Until cancelled, through outages of the database, of the files and of Meta."""
        fetching, uploading = self._moving.fetching, self._moving.uploading
        async with asyncio.TaskGroup() as group:
            group.create_task(self._move("fetch", fetching.take, fetching.fetch))
            group.create_task(self._move("upload", uploading.take, uploading.upload))
            group.create_task(self._count())

    async def _move(
        self, direction: str, take: Callable[[int], Sequence[Waiting]], attempt: Callable[[Waiting], str]
    ) -> None:
        loop, under_way = asyncio.get_running_loop(), set[asyncio.Future[None]]()

        def begin(waiting: Waiting) -> None:
            moved = loop.run_in_executor(self._pool, _attempted, direction, attempt, waiting)
            under_way.add(moved)
            moved.add_done_callback(under_way.discard)

        try:
            while True:
                taken = await self._taken(take, AT_ONCE - len(under_way))
                for waiting in taken:
                    begin(waiting)
                if not taken or len(under_way) >= AT_ONCE:
                    await asyncio.sleep(PAUSE)
        finally:
            if under_way:
                await asyncio.wait(under_way)

    async def _taken(self, take: Callable[[int], Sequence[Waiting]], room: int) -> Sequence[Waiting]:
        try:
            return await in_thread(take, room) if room > 0 else ()
        except Exception as error:  # noqa: BLE001 - it must outlive whatever happens to one look
            _log.warning("mover_waits", error=type(error).__name__)
            return ()

    async def _count(self) -> None:
        while True:
            try:
                for direction, count in (await in_thread(self._moving.lines.count)).items():
                    WAITING.labels(direction).set(count)
            except Exception as error:  # noqa: BLE001
                _log.warning("mover_waits", error=type(error).__name__)
            await asyncio.sleep(_COUNT_EVERY)


def _attempted(direction: str, attempt: Callable[[Waiting], str], waiting: Waiting) -> None:
    try:
        outcome = attempt(waiting)
    except Exception as error:  # noqa: BLE001 - it is handed out anew after some minutes
        _log.error("media_attempt_failed", message_id=str(waiting.message_id), direction=direction, exc_info=error)
        outcome = "failed"
    MOVED.labels(direction, outcome).inc()
