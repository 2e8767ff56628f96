"""The role `media`: takes files that wait, as many as it has hands for, and sees each attempt through."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from prometheus_client import Counter, Gauge
from recado_chassis.threads import in_thread
from recado_events.ids import OrganisationId
from structlog import get_logger

from gateway.application.media_ports import Waiting
from gateway.application.moving import Moving

AT_ONCE = 8
"""Files each way at once: threads of its own, so that nothing else waits for a slow one."""
PAUSE = 0.3
_COUNT_EVERY = 10.0
OUTCOMES = {
    "fetch": ("stored", "failed", "lost", "waits", "over"),
    "upload": ("taken", "failed", "refused", "waits", "over"),
}

MOVED = Counter("recado_media_attempts_total", "Attempts to move a file.", ["direction", "outcome"])
WAITING = Gauge("recado_media_waiting", "Files that are to be moved.", ["direction"])

_log = get_logger()


@dataclass(frozen=True, slots=True)
class _Way:
    direction: str
    take: Callable[[int, Sequence[OrganisationId]], Sequence[Waiting]]
    attempt: Callable[[Waiting], str]
    put_off: Callable[[Waiting], None]


class Mover:
    """Several may run: whoever takes a file has it for some minutes. Stopping, it finishes what it has in hand."""

    name = "mover"

    def __init__(self, moving: Moving) -> None:
        self._moving = moving
        self._pool = ThreadPoolExecutor(2 * AT_ONCE, thread_name_prefix="media")
        self._is_stopping = False

    def ready(self) -> bool:
        """Always: nobody waits for it."""
        return True

    async def run(self) -> None:
        """Until cancelled, through outages of the database, of the files and of Meta."""
        fetching, uploading = self._moving.fetching, self._moving.uploading
        async with asyncio.TaskGroup() as group:
            group.create_task(self._move(_Way("fetch", fetching.take, fetching.fetch, fetching.put_off)))
            group.create_task(self._move(_Way("upload", uploading.take, uploading.upload, uploading.put_off)))
            group.create_task(self._count())

    async def _move(self, way: _Way) -> None:
        under_way: dict[asyncio.Task[None], OrganisationId] = {}
        try:
            while True:
                taken = await self._taken(way, AT_ONCE - len(under_way), list(under_way.values()))
                for waiting in taken:
                    attempt = asyncio.create_task(self._see_through(way, waiting))
                    under_way[attempt] = waiting.organisation_id
                    attempt.add_done_callback(under_way.pop)
                if not taken or len(under_way) >= AT_ONCE:
                    await asyncio.sleep(PAUSE)
        finally:
            self._is_stopping = True
            if under_way:
                await asyncio.wait(list(under_way))

    async def _taken(self, way: _Way, room: int, under_way: Sequence[OrganisationId]) -> Sequence[Waiting]:
        try:
            return await in_thread(way.take, room, under_way) if room > 0 else ()
        except Exception as error:  # noqa: BLE001 - it must outlive whatever happens to one look
            _log.warning("mover_waits", error=type(error).__name__)
            return ()

    async def _see_through(self, way: _Way, waiting: Waiting) -> None:
        try:
            outcome = await asyncio.get_running_loop().run_in_executor(self._pool, way.attempt, waiting)
        except Exception as error:  # noqa: BLE001
            about = {"message_id": str(waiting.message_id), "direction": way.direction}
            _log.error("media_attempt_failed", **about, exc_info=error)
            outcome = "failed"
            await self._put_off(way, waiting)
        MOVED.labels(way.direction, outcome).inc()

    async def _put_off(self, way: _Way, waiting: Waiting) -> None:
        """Through an outage of the database; where the process ends first it is handed out anew after some minutes."""
        while not self._is_stopping:
            try:
                await in_thread(way.put_off, waiting)
            except Exception as error:  # noqa: BLE001
                _log.warning("mover_waits", error=type(error).__name__)
                await asyncio.sleep(1.0)
            else:
                return

    async def _count(self) -> None:
        while True:
            try:
                for direction, count in (await in_thread(self._moving.lines.count)).items():
                    WAITING.labels(direction).set(count)
            except Exception as error:  # noqa: BLE001
                _log.warning("mover_waits", error=type(error).__name__)
            await asyncio.sleep(_COUNT_EVERY)
