"""One open screen: what waits to be sent to it, in bounds. Used from the event loop alone, but for its grant."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import orjson
from recado_chassis.http.event_stream import frame, pulse, retry
from recado_chassis.ports import Clock
from recado_events.ids import ConversationId, OrganisationId

from conversations.adapters.live.metrics import Reason
from conversations.application.watching import News, Watcher
from conversations.commands import Person
from conversations.domain.team import Grant


@dataclass(frozen=True, slots=True)
class Bounds:
    """Of one screen. Who does not keep up is cut off, and resumes where they were."""

    frames: int = 10_000
    bytes: int = 4 * 1024 * 1024
    heartbeat: float = 15.0
    """Seconds without an event after which a comment is sent."""
    retry_ms: int = 2_000


class Item(NamedTuple):
    news: News | None
    """None: counters, which say how things stand and not what happened."""
    frame: bytes


def item_of(news: News) -> Item:
    if news.about is None:
        return Item(news, b"")
    if isinstance(news.about, Grant):
        told = {"level": news.about.level, "scope": news.about.scope}
        return Item(news, frame("permission", orjson.dumps(told), news.position))
    return Item(news, frame(news.about.name, orjson.dumps(news.about.data), news.position))


def counters(unread: int, conversations: Mapping[ConversationId, int]) -> Item:
    told = {str(conversation): count for conversation, count in conversations.items()}
    return Item(None, frame("counters", orjson.dumps({"unread": unread, "conversations": told})))


def ended(reason: Reason) -> bytes:
    return frame("ended", orjson.dumps({"reason": reason}))


class Screen(Watcher):
    def __init__(self, organisation_id: OrganisationId, person: Person, until: datetime | None, bounds: Bounds) -> None:
        super().__init__(organisation_id, person)
        self.ended: Reason | None = None
        """Why it ends, once what waits is sent."""
        self._until = until
        self._bounds = bounds
        self._after = 0
        self._items: deque[Item] = deque()
        self._bytes = 0
        self._wake = asyncio.Event()

    # What is put in ------------------------------------------------------------------------------

    def begin_after(self, position: int) -> None:
        """What stands there or before was sent already."""
        self._after = position

    def receive(self, items: Iterable[Item]) -> None:
        for item in items:
            if item.news is not None:
                self._drop(item.news)
                if item.news.about is None:
                    self.end("permission_withdrawn")
                elif item.news.position <= self._after:
                    continue
            if self.ended is None:
                self._items.append(item)
                self._bytes += len(item.frame)
        if len(self._items) > self._bounds.frames or self._bytes > self._bounds.bytes:
            self._clear()
            self.end("too_slow")
        self._wake.set()

    def end(self, reason: Reason) -> None:
        self.ended = self.ended or reason
        self._wake.set()

    def _drop(self, news: News) -> None:
        if news.lost == "all":
            self._clear()
        elif news.lost == "conversation":
            # Counters may tell of it too, and are told anew after every loss.
            others = (item for item in self._items if item.news is not None)
            kept = [item for item in others if item.news and item.news.conversation_id != news.conversation_id]
            self._clear()
            self._items.extend(kept)
            self._bytes = sum(len(item.frame) for item in kept)

    def _clear(self) -> None:
        self._items.clear()
        self._bytes = 0

    # What is taken out ---------------------------------------------------------------------------

    async def frames(
        self, missed: AsyncIterator[bytes], reached: Callable[[], int], clock: Clock
    ) -> AsyncGenerator[bytes, None]:
        """`missed` comes first. `reached`: a position up to which everything was received."""
        yield retry(self._bounds.retry_ms)
        async for chunk in missed:
            if self.ended is not None:
                break
            yield chunk
        while True:
            if self._items:
                yield self._take()
            elif self.ended is not None:
                yield ended(self.ended)
                return
            elif not await self._woken(clock):
                yield pulse(max(self._after, reached()))

    def _take(self) -> bytes:
        chunk = b"".join([item.frame for item in self._items])
        self._clear()
        return chunk

    async def _woken(self, clock: Clock) -> bool:
        """False after the heartbeat's time."""
        left = self._bounds.heartbeat
        if self._until is not None:
            left = min(left, (self._until - clock.now()).total_seconds())
        if left <= 0:
            self.end("token_expired")
            return True
        self._wake.clear()
        if self._items or self.ended is not None:
            return True
        try:
            async with asyncio.timeout(left):
                await self._wake.wait()
        except TimeoutError:
            return False
        return True
