"""No organisation takes the whole of a process: a few of its requests are answered at once, some more wait."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from uuid import UUID

from recado_chassis.http.problems import Problem

AT_ONCE = 4
"""As many as keep a process's Python busy: more of them would be answered no sooner, and everybody else later."""
WAITING = 100
"""What all screens of a busy organisation ask in one moment."""
SCREENS = 2_000
"""That come back all at once, after a restart: they wait in their connections and take no place of another request."""


@dataclass(slots=True)
class _Line:
    inside: int = 0
    waiting: deque[asyncio.Future[None]] = field(default_factory=deque)


class Shares:
    """Organisations do not wait for one another. Of the event loop alone."""

    def __init__(self, at_once: int = AT_ONCE, waiting: int = WAITING) -> None:
        self._at_once = at_once
        self._waiting = waiting
        self._lines: dict[UUID, _Line] = {}

    async def enter(self, organisation_id: UUID) -> Callable[[], None]:
        """Returns when it is this request's turn, with what is to be called once when it has its answer. Raises Problem
        429 where too many wait already."""
        line = self._lines.setdefault(organisation_id, _Line())
        if line.inside < self._at_once:
            line.inside += 1
        elif len(line.waiting) >= self._waiting:
            raise Problem(
                429,
                "too_many_requests",
                "Your organisation asks for more at once than it is answered. Try again shortly.",
                headers={"Retry-After": "1"},
            )
        else:
            await self._turn_of(organisation_id, line)
        return partial(self._leave, organisation_id)

    async def _turn_of(self, organisation_id: UUID, line: _Line) -> None:
        turn = asyncio.get_running_loop().create_future()
        line.waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                line.waiting.remove(turn)
            else:
                self._leave(organisation_id)
            raise

    def _leave(self, organisation_id: UUID) -> None:
        """Whoever waits longest gets the place."""
        line = self._lines[organisation_id]
        while line.waiting:
            turn = line.waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        line.inside -= 1
        if not line.inside:
            del self._lines[organisation_id]
