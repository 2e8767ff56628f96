"""The log as open screens follow it: up to where the views show it, its last part remembered."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence

from recado_chassis.following.follower import Tail
from recado_chassis.store import EventRow

REMEMBERED = 5_000
"""Events: who was away for a moment is told of what they missed without asking the database."""
_SOON = 0.01
_LATER = 0.2
"""Seconds between two looks at views that are behind: so many at first, twice as many each time, up to this."""


class ShownTail:
    """A tail that ends where the views do, so that who reads a list after an event finds it there."""

    def __init__(self, tail: Tail, shown: Callable[[], int], idle: Callable[[], None]) -> None:
        """`idle` is called again and again while there is nothing to read."""
        self._tail = tail
        self._shown = shown
        self._idle = idle
        self._is_behind = False
        """Whether there is more than is shown."""
        self._pause = _SOON
        self.end = tail.end
        self.close = tail.close

    def read(self, after: int, limit: int) -> Sequence[EventRow]:
        shown = self._shown()
        rows = self._tail.read(after, min(limit, shown - after)) if shown > after else ()
        found = [row for row in rows if (row.position or 0) <= shown]
        if found:
            self._pause = _SOON
        self._is_behind = self._tail.end() > ((found[-1].position or after) if found else after)
        return found

    def wait(self, seconds: float) -> bool:
        self._idle()
        if not self._is_behind:
            return self._tail.wait(seconds)
        time.sleep(self._pause)
        self._pause = min(_LATER, 2 * self._pause)
        return True


class Recent:
    """The last events, whole from a position on."""

    def __init__(self, after: int, rows: Iterable[EventRow], most: int = REMEMBERED) -> None:
        self._after = after
        self._rows = deque(rows)
        self._most = most

    def add(self, rows: Iterable[EventRow]) -> None:
        self._rows.extend(rows)
        while len(self._rows) > self._most:
            self._after = self._rows.popleft().position or 0

    def above(self, position: int) -> list[EventRow] | None:
        """None where some of them are forgotten."""
        return None if position < self._after else [row for row in self._rows if (row.position or 0) > position]
