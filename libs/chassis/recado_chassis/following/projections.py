"""Keeps read models up to date: each projection follows the log, one process at a time."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing

from recado_chassis.following.folding import fold, standing
from recado_chassis.following.follower import PAGE, await_more
from recado_chassis.following.untiring import Untiring
from recado_chassis.mapper import Mapper
from recado_chassis.metrics import PROJECTION_FAILING, PROJECTION_LAG
from recado_chassis.service import Projection
from recado_chassis.store import EventRow
from recado_chassis.storing.postgres_connections import outages_translated
from recado_chassis.storing.postgres_locks import PROJECTION, try_for_session
from recado_chassis.storing.postgres_tail import PostgresTail
from recado_chassis.threads import in_thread

_TOGETHER = 0.03
"""Seconds after a short page in which what comes is left to come together."""
TURN = 1.0
"""Seconds between two tries to become the one that projects."""


class Projector:
    """All projections of a service, a thread and a connection each, so that one that fails stops no other."""

    def __init__(self, dsn: str, projections: Sequence[Projection], mapper: Mapper) -> None:
        self._projecting = [Projecting(dsn, projection, mapper) for projection in projections]

    def start(self) -> None:
        for each in self._projecting:
            each.thread.start()

    def stop(self, timeout: float = 10.0) -> None:
        """Ends all after the page in hand."""
        deadline = time.monotonic() + timeout
        for each in self._projecting:
            each.thread.signal()
        for each in self._projecting:
            each.thread.stop(max(0.0, deadline - time.monotonic()))

    def ready(self) -> bool:
        return not self.reasons()

    def reasons(self) -> dict[str, str]:
        """Of each projection that cannot go on: why. One that waits while another process projects is well."""
        found = {each.name: each.thread.reason() for each in self._projecting}
        return {name: reason for name, reason in found.items() if reason is not None}


class Projecting:
    """One projection. The session lock, LISTEN, the pages and their transactions share one connection: when it breaks,
    the turn is over."""

    def __init__(self, dsn: str, projection: Projection, mapper: Mapper) -> None:
        self.name = projection.name
        self._dsn = dsn
        self._projection = projection
        self._mapper = mapper
        self.thread = Untiring(f"projection {self.name}", self._work, failed=self._failed)

    def _work(self, stop: threading.Event) -> None:
        with closing(PostgresTail(self._dsn, f"projection {self.name}")) as tail, outages_translated():
            while not try_for_session(tail.connection, PROJECTION, self.name):
                self._well(tail.end() - standing(tail.connection, self._projection, self.name).position)
                if stop.wait(TURN):
                    return
            self._project(tail, stop)

    def _project(self, tail: PostgresTail, stop: threading.Event) -> None:
        position = standing(tail.connection, self._projection, self.name).position
        while not stop.is_set():
            page = tail.read(position, PAGE)
            end = _end_of_log(tail, page, position)
            PROJECTION_LAG.labels(self.name).set(end - position)
            if page:
                position = fold(tail.connection, self._projection, self._mapper, page, after=position)
            self._well(max(0, end - position))
            if len(page) < PAGE and not stop.wait(_TOGETHER):
                await_more(tail, stop)

    def _well(self, lag: int) -> None:
        PROJECTION_LAG.labels(self.name).set(lag)
        PROJECTION_FAILING.labels(self.name).set(0)
        self.thread.well()

    def _failed(self) -> None:
        PROJECTION_FAILING.labels(self.name).set(1)


def _end_of_log(tail: PostgresTail, page: Sequence[EventRow], after: int) -> int:
    """As it was when the page above `after` was read: a short one reached it."""
    if len(page) == PAGE:
        return tail.end()
    return page[-1].position or after if page else after


class Shown:
    """Lets readers wait until the views show their own writes. However many wait, one question is asked at a time."""

    def __init__(self, position: Callable[[], int]) -> None:
        """`position` is up to where all views show the log: `lambda: store.projected(names)`. Asked in a thread."""
        self._ask = position
        self._known = 0
        self._asking: asyncio.Task[int] | None = None

    async def wait_for(self, position: int, seconds: float) -> bool:
        """Whether all views show that position within so many seconds. Raises Unavailable."""
        deadline = time.monotonic() + seconds
        pause = 0.002
        while self._known < position:
            await self._ask_together()
            if self._known >= position:
                return True
            if time.monotonic() + pause > deadline:
                return False
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, 0.05)
        return True

    async def _ask_together(self) -> None:
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(in_thread(self._ask))
        self._known = max(self._known, await asyncio.shield(self._asking))
