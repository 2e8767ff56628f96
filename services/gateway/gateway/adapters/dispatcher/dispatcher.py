"""The loop of a worker that sends: it claims what is due as far as there is room, and sees each call through."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any

import structlog
from prometheus_client import Counter, Gauge
from recado_chassis.crash import crash
from recado_chassis.ports import Clock
from recado_chassis.store import Conflict, Unavailable
from recado_chassis.threads import in_thread
from recado_events.catalogue import CONVERSATIONS

from gateway.adapters.dispatcher.bell import Bell
from gateway.adapters.dispatcher.calls import Calls
from gateway.adapters.dispatcher.recorder import Recorder
from gateway.adapters.dispatcher.traffic import Held, Limits, Traffic
from gateway.application import Dispatching
from gateway.application.dispatching import Claimed
from gateway.application.ports import Due, Line, Messages
from gateway.domain.sending import SILENCE

PATIENCE = 30.0
"""Seconds without a successful look after which it is not ready."""
_ROUND = 200
_PAUSE = 0.5
_COUNT_EVERY = 10.0
_TIDY_EVERY = 3600.0

WAITING = Gauge("recado_gateway_pending_sends", "Messages that are to leave, by how far they are.", ["state"])
EXPIRED = Counter("recado_gateway_expired_total", "Messages that were not sent because it was too late.")

_log = structlog.get_logger()


def uptime() -> float:
    """Seconds on a clock that nobody sets, and that goes on while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Dispatcher:
    """Several may run: the streams and the rates decide who may send what. Stopping, it claims nothing more and
    finishes the calls under way."""

    name = "dispatcher"

    def __init__(
        self,
        dispatching: Dispatching,
        line: Line,
        messages: Messages,
        bell: Bell,
        clock: Clock,
        *,
        uptime: Callable[[], float] = uptime,
        limits: Limits | None = None,
        held: Held = lambda _: None,
    ) -> None:
        """`held`: the partitions of a topic that this worker has, whose sends it makes; None for all."""
        self._dispatching = dispatching
        self._line = line
        self._bell = bell
        self._clock = clock
        self._uptime = uptime
        self._held = held
        self._traffic = Traffic(limits or Limits())
        self._recorder = Recorder(dispatching)
        self._calls = Calls(messages, self._recorder, self._traffic, clock, uptime, bell.ring)
        self._looked_at = float("-inf")

    def ready(self) -> bool:
        return self._uptime() - self._looked_at < PATIENCE

    async def run(self) -> None:
        """Until cancelled, through outages of the database and of Meta."""
        self._bell.listen()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._claiming())
                group.create_task(self._watching())
                group.create_task(self._recorder.run())
        finally:
            await self._calls.finish()
            await self._recorder.finish()

    # Claiming ----------------------------------------------------------------------------------

    async def _claiming(self) -> None:
        while True:
            if not await self._safely(self._claim):
                await self._bell.wait()

    async def _claim(self) -> bool:
        """One round; True where it may be worth to look again at once."""
        now = self._clock.now()
        wanted = self._traffic.wanted(self._held(CONVERSATIONS), now)
        if wanted.limit == 0:
            return False
        began = self._uptime()
        due = await in_thread(self._line.due, wanted, now)
        if not due:
            return False
        await self._claim_these(due, began)
        return True

    async def _claim_these(self, due: list[Due], began: float) -> None:
        claiming = asyncio.ensure_future(in_thread(self._dispatching.claim, due))
        try:
            claimed = await asyncio.shield(claiming)
        except asyncio.CancelledError:
            # What is claimed is claimed: whoever stops now still owes these calls.
            await asyncio.wait([claiming])
            if claiming.exception() is None:
                self._make(claiming.result(), began)
            raise
        self._make(claimed, began)

    def _make(self, claimed: Claimed, began: float) -> None:
        crash("dispatcher.after_claim")
        now = self._clock.now()
        for number in claimed.waiting:
            self._traffic.rest(number, now)
        for claim in claimed.claims:
            self._calls.begin(claim, began)

    # Watching ----------------------------------------------------------------------------------

    async def _watching(self) -> None:
        counted_at, tidied_at = float("-inf"), self._uptime()
        while True:
            await self._safely(self._settle_overdue)
            if self._uptime() - counted_at > _COUNT_EVERY:
                counted_at = self._uptime()
                await self._safely(self._count)
            if self._uptime() - tidied_at > _TIDY_EVERY:
                tidied_at = self._uptime()
                await self._safely(self._tidy)
            await asyncio.sleep(1.0)

    async def _settle_overdue(self) -> bool:
        """What may not leave any more, and what nobody has heard of; whoever had it."""
        now = self._clock.now()
        expired = await in_thread(self._line.expired, now, _ROUND)
        if expired:
            await in_thread(self._dispatching.claim, expired)
            EXPIRED.inc(len(expired))
        silent = await in_thread(self._line.silent, SILENCE, _ROUND)
        if silent:
            await in_thread(self._dispatching.notice_silence, silent)
        self._looked_at = self._uptime()
        return True

    async def _count(self) -> bool:
        for state, count in (await in_thread(self._line.count)).items():
            WAITING.labels(state).set(count)
        return True

    async def _tidy(self) -> bool:
        await in_thread(self._line.tidy)
        return True

    async def _safely(self, action: Callable[[], Coroutine[Any, Any, bool]]) -> bool:
        """An outage ends, and one failure must not end the worker; False where it failed."""
        try:
            return await action()
        except (Conflict, Unavailable) as error:
            _log.warning("dispatcher_waits", error=str(error))
        except Exception as error:  # noqa: BLE001
            _log.error("dispatcher_failed", exc_info=error)
        await asyncio.sleep(_PAUSE)
        return False
