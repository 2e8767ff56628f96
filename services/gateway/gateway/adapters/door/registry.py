"""Whose number it is, from memory: kept by following the gateway's own log, trusted only while it is known to be young.

A number that one organisation frees is kept from all others for some minutes: so long may another process's memory
be behind, and no longer, or an update would reach the wrong organisation.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Protocol

from recado_chassis.following.follower import Follower, Tail
from recado_chassis.mapper import Mapper
from recado_chassis.store import EventRow, Unavailable
from recado_chassis.threads import in_thread
from recado_events.gateway import ChannelConnectionStarted, ChannelDisconnected

from gateway.adapters.door.ownership import Owner, Ownership, Place
from gateway.domain.steps import QUARANTINE

TRUSTED = (QUARANTINE - timedelta(minutes=1)).total_seconds()
"""Seconds without news of the log after which nothing is answered from memory."""
LOOK_UP_SECONDS = 2.0
MISS_SECONDS = 3.0
"""How long nobody asks again about a number that nobody here serves."""
_MISSES = 10_000
_TOLD = (ChannelConnectionStarted, ChannelDisconnected)


def elapsed() -> float:
    """Seconds of a clock that also counts while the machine sleeps."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class Unsure(Exception):
    """Whose numbers they are cannot be said at the moment."""


class Log(Protocol):
    """The gateway's own log: a store."""

    def tail(self) -> Tail: ...

    def end(self) -> int: ...


class Registry:
    """A background of every process of the gateway, asked from the event loop."""

    name = "registry"

    def __init__(self, log: Log, monotonic: Callable[[], float] = elapsed) -> None:
        self._log = log
        self._monotonic = monotonic
        self._mapper = Mapper(_TOLD)
        self._types = frozenset(event.TYPE for event in _TOLD)
        self._ownership = Ownership()
        self._follower = Follower(self._tail, self._fold, name=self.name)
        self._seen_at: float | None = None
        self._misses: dict[Place, float] = {}
        self._looking_up = asyncio.Lock()
        self._looks = 0
        self._looked: str | None = None
        self._started: Callable[[Place], None] = lambda _: None

    def tell_of_starts(self, started: Callable[[Place], None]) -> None:
        """It is called in another thread for each number that somebody begins to serve, also for those of old."""
        self._started = started

    async def run(self) -> None:
        self._follower.start()
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            await in_thread(self._follower.stop, 1.0)

    def ready(self) -> bool:
        """Whether it has read the log to its end, and lately."""
        return self._seen_at is not None and self._monotonic() - self._seen_at < TRUSTED

    def known(self, places: Iterable[Place]) -> dict[Place, Owner | None] | None:
        """As `find`, but None where it would have to look once more, or would raise."""
        if not self.ready():
            return None
        found = {place: self._ownership.owner(place) for place in places}
        sure = all(owner is not None or self._is_missed(place) for place, owner in found.items())
        return found if sure else None

    async def find(self, places: Iterable[Place]) -> dict[Place, Owner | None]:
        """Who serves each number, or each account where there is none; None where nobody here does. Raises Unsure."""
        if not self.ready():
            raise Unsure("the log of channels has not been read for too long")
        found = {place: self._ownership.owner(place) for place in places}
        unknown = [place for place, owner in found.items() if owner is None and not self._is_missed(place)]
        if unknown:
            await self._look_up()
            found.update({place: self._ownership.owner(place) for place in unknown})
            self._miss(place for place in unknown if found[place] is None)
        return found

    def served(self) -> Mapping[Place, Owner]:
        """All numbers at this moment, as far as is known."""
        return self._ownership.served()

    # Looking once more -------------------------------------------------------------------------

    def _is_missed(self, place: Place) -> bool:
        return self._misses.get(place, 0.0) > self._monotonic()

    def _miss(self, places: Iterable[Place]) -> None:
        if len(self._misses) > _MISSES:
            self._misses.clear()
        self._misses.update(dict.fromkeys(places, self._monotonic() + MISS_SECONDS))

    async def _look_up(self) -> None:
        """Reads the log to where it ends now. Many who ask at once share a look that begins after they asked."""
        begun_before = self._looks
        async with self._looking_up:
            if self._looks == begun_before or self._looked is None:
                self._looks += 1
                self._looked = None
                self._looked = await self._look()
            if self._looked != "":
                raise Unsure(self._looked)

    async def _look(self) -> str:
        """Why it did not succeed; empty where it did."""
        try:
            async with asyncio.timeout(2 * LOOK_UP_SECONDS):
                return "" if await in_thread(self._catch_up) else "the log of channels is behind"
        except (Unavailable, TimeoutError):
            return "the log of channels cannot be read"

    def _catch_up(self) -> bool:
        return self._follower.wait_for(self._log.end(), LOOK_UP_SECONDS)

    # Following ---------------------------------------------------------------------------------

    def _tail(self) -> Tail:
        return _Timed(self._log.tail(), self._monotonic, self._note)

    def _note(self, at: float) -> None:
        self._seen_at = at

    def _fold(self, page: Sequence[EventRow]) -> None:
        for row in page:
            if row.type not in self._types:
                continue
            event = self._mapper.decode(row.state).event
            self._ownership.fold(event)
            if isinstance(event, ChannelConnectionStarted):
                self._started(Place(event.waba_id, event.phone_number_id))


class _Timed:
    """A tail that says since when the log is known: who waits for more has handed over all of the last read."""

    def __init__(self, tail: Tail, monotonic: Callable[[], float], note: Callable[[float], None]) -> None:
        self._tail = tail
        self._monotonic = monotonic
        self._note = note
        self._began = monotonic()
        self.end = tail.end
        self.close = tail.close

    def read(self, after: int, limit: int) -> Sequence[EventRow]:
        self._began = self._monotonic()
        return self._tail.read(after, limit)

    def wait(self, seconds: float) -> bool:
        self._note(self._began)
        return self._tail.wait(seconds)
