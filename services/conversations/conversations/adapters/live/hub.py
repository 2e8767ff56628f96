"""Everybody's open screens: one reader of the log a process, whose pages are handed out in memory."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from datetime import datetime
from typing import Protocol, cast

from recado_chassis.http.problems import Overloaded, Problem
from recado_chassis.service import Projection
from recado_chassis.streams import Streams
from recado_chassis.threads import in_thread
from recado_chassis.toolbox import Toolbox
from recado_events.ids import OrganisationId, UserId

from conversations.adapters.live import metrics
from conversations.adapters.live.rooms import Found, Log, Rooms
from conversations.adapters.live.screen import Bounds, Screen, counters
from conversations.application.watching import Watched
from conversations.commands import Person
from conversations.domain.refusals import NoPermission

_EACH_USER = 20
_EVERYBODY = 5_000
"""Screens of a process."""


class Shown(Log, Protocol):
    def projected(self, names: Sequence[str]) -> int:
        """Up to where these views show the log."""
        ...


class Hub:
    """A background of every process, used from its event loop."""

    name = "screens"

    def __init__(self, streams: Streams, tools: Toolbox, watched: Watched, shows: Sequence[Projection]) -> None:
        log, views = cast(Shown, tools.store), [view.name for view in shows]
        self.bounds = Bounds()
        self._clock, self._watched = tools.clock, watched
        self._rooms = Rooms(streams, log, lambda: log.projected(views), watched, self._hand_over)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._screens: dict[Screen, None] = {}
        self._of_user: Counter[tuple[OrganisationId, UserId]] = Counter()
        """Ids of users are anybody's to use, each organisation for its own."""
        self._reached = 0
        self._leaving: set[asyncio.Task[None]] = set()

    def ready(self) -> bool:
        """Always: without its database the process says so itself."""
        return True

    async def run(self) -> None:
        """Until cancelled; then every stream ends, so that no reader keeps the process."""
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            for screen in self._screens:
                screen.end("stopping")
            await in_thread(self._rooms.stop)

    async def open(self, organisation_id: OrganisationId, person: Person, until: datetime | None) -> Screen:
        """Raises NoPermission, Problem and Unavailable. A screen must be closed."""
        if len(self._screens) >= _EVERYBODY:
            raise Overloaded
        if self._of_user[organisation_id, person.user_id] >= _EACH_USER:
            raise Problem(429, "too_many_streams", f"A user may follow {_EACH_USER} streams at once: close some.")
        screen = Screen(organisation_id, person, until, self.bounds)
        self._loop = asyncio.get_running_loop()
        self._screens[screen] = None
        self._of_user[organisation_id, person.user_id] += 1
        metrics.CONNECTIONS.set(len(self._screens))
        return screen

    async def follow(self, screen: Screen, after: int | None) -> AsyncGenerator[bytes, None]:
        """What it is to be sent, from behind that position, or from now on."""
        screen.begin_after(after or 0)
        try:
            missed = await in_thread(self._rooms.admit, screen, after)
        except NoPermission:
            screen.end("refused")
            raise
        screen.begin_after(missed.up_to)
        viewer = screen.viewer
        badges = (await in_thread(self._watched.counts, {viewer}, ())).badges
        screen.receive([counters(badges[viewer], {})])
        return screen.frames(missed.chunks(), lambda: self._reached, self._clock)

    def close(self, screen: Screen) -> None:
        self._screens.pop(screen)
        self._of_user -= Counter([(screen.organisation_id, screen.user_id)])
        metrics.CONNECTIONS.set(len(self._screens))
        metrics.ENDS.labels(screen.ended or "left").inc()
        task = asyncio.get_running_loop().create_task(in_thread(self._rooms.dismiss, screen))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    # What the reader's thread has found ----------------------------------------------------------

    def _hand_over(self, found: Found, position: int, recorded: Sequence[datetime]) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._deliver, found, position, recorded)

    def _deliver(self, found: Found, position: int, recorded: Sequence[datetime]) -> None:
        for screen, items in found.items():
            screen.receive(items)
        self._reached = position
        now = self._clock.now()
        for at in recorded:
            metrics.DELAY.observe(max(0.0, (now - at).total_seconds()))
