"""Follows the log from a position in a thread: for state kept in memory, such as the gateway's register of channels."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Protocol

from recado_chassis.following.untiring import Untiring
from recado_chassis.store import EventRow

PAGE = 2_000
"""Rows read at once."""
POLL = 1.0
"""Seconds after which the log is read although nobody said that it grew."""
_SLICE = 0.2
"""Seconds a wait may delay the end of a follower."""


class Tail(Protocol):
    """The end of a log for one reader. After an error: close it and make a new one."""

    def read(self, after: int, limit: int) -> Sequence[EventRow]: ...

    def end(self) -> int: ...

    def wait(self, seconds: float) -> bool:
        """True as soon as something was appended, False when the time is over."""
        ...

    def close(self) -> None: ...


class Follower:
    """Hands every committed event to `on_page`, once and in order. Survives outages of the database; a page that
    `on_page` fails on is handed over again, later and later."""

    def __init__(
        self,
        tail: Callable[[], Tail],
        on_page: Callable[[Sequence[EventRow]], None],
        *,
        after: int = 0,
        name: str = "follower",
    ) -> None:
        """`tail` is a store's method of that name."""
        self._open = tail
        self._on_page = on_page
        self._position = after
        self._moved = threading.Condition()
        self._thread = Untiring(name, self._follow)
        self.start = self._thread.start
        self.stop = self._thread.stop
        self.reason = self._thread.reason
        """Why it has not read up to the log's end, or cannot; None while all is well."""

    @property
    def position(self) -> int:
        """Everything up to here was handed over."""
        return self._position

    def wait_for(self, position: int, timeout: float) -> bool:
        """Whether everything up to that position was handed over within `timeout` seconds."""
        with self._moved:
            return self._moved.wait_for(lambda: self._position >= position, timeout)

    def _follow(self, stop: threading.Event) -> None:
        with closing(self._open()) as tail:
            while not stop.is_set():
                page = tail.read(self._position, PAGE)
                if page:
                    self._on_page(page)
                    self._advance(page[-1].position or 0)
                if len(page) < PAGE:
                    self._thread.well()
                    await_more(tail, stop)

    def _advance(self, position: int) -> None:
        with self._moved:
            self._position = position
            self._moved.notify_all()


def await_more(tail: Tail, stop: threading.Event) -> None:
    """Returns once the log has grown, `stop` is set or POLL seconds are over."""
    for _ in range(round(POLL / _SLICE)):
        if tail.wait(_SLICE) or stop.is_set():
            return
