"""The loops of a worker that tells receivers: it looks through all logs, and serves whom something concerns."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import timedelta
from typing import Any

import structlog
from prometheus_client import Gauge
from recado_chassis.ports import Clock
from recado_chassis.store import Unavailable
from recado_chassis.threads import in_thread

from gateway.adapters.hooks.serving import LEASE, Serving
from gateway.application.subscription_ports import Concerned, Cursor, Cursors, Logs, LogUnavailable

SLOTS = 256
"""Receivers that are told at once; each has one request under way for each log it hears."""
FOR_FAILING = 64
"""Of them, at most so many whose last request was in vain: those cannot keep the others from their turn."""
PAUSE = 0.5
LONG_PAUSE = 2.0
"""Between looks while nobody has a subscription."""
_PURGED = 1000
_COUNT_EVERY = 10.0
_PURGE_EVERY = 600.0
_ENDS_EVERY = 30.0

STATES = Gauge("recado_subscription_cursors", "Logs that subscriptions hear, by how it stands with each.", ["state"])

_log = structlog.get_logger()


class Notifier:
    """Several may run. Stopping, it takes nothing more, and sees the requests under way through."""

    name = "notifier"

    def __init__(self, cursors: Cursors, logs: Logs, serving: Serving, clock: Clock, log_days: int) -> None:
        self._cursors = cursors
        self._logs = logs
        self._serving = serving
        self._clock = clock
        self._kept = timedelta(days=log_days)
        self._tasks: dict[asyncio.Task[None], Cursor] = {}
        self._looks: dict[str, asyncio.Task[None]] = {}
        self._is_idle = True

    def ready(self) -> bool:
        """Always: no request of anybody waits for it."""
        return True

    async def run(self) -> None:
        """Until cancelled, through outages of the database, of other services and of receivers."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._again_and_again(self._serve))
                group.create_task(self._again_and_again(self._follow))
                group.create_task(self._again_and_again(self._compare_ends, _ENDS_EVERY))
                group.create_task(self._again_and_again(self._count, _COUNT_EVERY))
                group.create_task(self._again_and_again(self._purge, _PURGE_EVERY))
        finally:
            self._serving.stop()
            for look in self._looks.values():
                look.cancel()
            if self._tasks:
                await asyncio.wait(list(self._tasks))

    # Serving -------------------------------------------------------------------------------------

    async def _serve(self) -> bool:
        """Takes what is due as far as there is room; True where it may be worth to look again at once."""
        failing = sum(cursor.attempts > 0 for cursor in self._tasks.values())
        room = SLOTS - len(self._tasks)
        taking = asyncio.ensure_future(in_thread(self._cursors.take, room, FOR_FAILING - failing, LEASE))
        try:
            taken = await asyncio.shield(taking)
        except asyncio.CancelledError:
            # What is lent is given back, also by who stops now.
            await asyncio.wait([taking])
            if taking.exception() is None:
                self._begin(taking.result())
            raise
        self._begin(taken)
        return bool(taken)

    def _begin(self, taken: Sequence[Cursor]) -> None:
        for cursor in taken:
            task = asyncio.create_task(self._serving.serve(cursor))
            self._tasks[task] = cursor
            task.add_done_callback(self._tasks.pop)

    # Following -----------------------------------------------------------------------------------

    async def _follow(self) -> bool:
        """Looks through every log that somebody hears; a service that does not answer keeps no other log waiting."""
        followed = await in_thread(self._cursors.followed)
        self._is_idle = not followed
        for source, after in followed.items():
            if source not in self._looks:
                look = self._looks[source] = asyncio.create_task(self._look(source, after))
                look.add_done_callback(lambda _, source=source: self._looks.pop(source))  # type: ignore[misc]
        return False

    async def _look(self, source: str, after: int) -> None:
        try:
            while True:
                page = await self._logs.page(source, after)
                concerned: set[Concerned] = {(event["tenantid"], event["type"]) for event in page.events}
                if page.next <= after or not await in_thread(self._cursors.follow, source, after, page.next, concerned):
                    return
                after = page.next
        except LogUnavailable as error:
            _log.warning("notifier_waits", source=source, error=str(error))
        except Exception as error:  # noqa: BLE001
            _log.error("notifier_failed", source=source, exc_info=error)

    async def _compare_ends(self) -> bool:
        """A log that ends before what was read of it goes on from a backup: what comes now is new."""
        for source, stood in (await in_thread(self._cursors.followed)).items():
            try:
                end = await self._logs.end(source)
            except LogUnavailable:
                continue
            if end < stood and await in_thread(self._cursors.fall_back, source, stood, end):
                _log.warning("log_ends_earlier", source=source, position=end)
        return False

    # Keeping house -------------------------------------------------------------------------------

    async def _count(self) -> bool:
        for state, count in (await in_thread(self._cursors.count)).items():
            STATES.labels(state).set(count)
        return False

    async def _purge(self) -> bool:
        return await in_thread(self._cursors.purge, self._clock.now() - self._kept, _PURGED) == _PURGED

    async def _again_and_again(self, action: Callable[[], Coroutine[Any, Any, bool]], pause: float = 0.0) -> None:
        """Each by itself, so that nobody waits for another; one failure must not end the worker."""
        while True:
            try:
                if await action():
                    continue
            except Unavailable as error:
                _log.warning("notifier_waits", error=str(error))
            except Exception as error:  # noqa: BLE001
                _log.error("notifier_failed", exc_info=error)
            await asyncio.sleep(pause or (LONG_PAUSE if self._is_idle else PAUSE))
