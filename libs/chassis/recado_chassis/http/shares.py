"""No organisation takes the whole of a process: a few of its requests are answered at once, some more wait."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b
from uuid import UUID

from starlette.types import ASGIApp, Receive, Scope, Send

from recado_chassis.http.accounting import leave_the_crowd
from recado_chassis.http.problems import Problem

AT_ONCE = 4
"""As many as keep a process's Python busy: more of them would be answered no sooner, and everybody else later."""
WAITING = 100
"""What all screens of a busy organisation ask in one moment."""
SCREENS = 2_000
"""That come back all at once, after a restart: they wait in their connections and take no place of another request."""
PAUSE = 1.0
"""Seconds until a refusal is told, which costs nobody anything meanwhile."""
HELD = 2_000
"""Refusals that are to be told; more of them are told at once."""
_REMEMBERED = 10_000
"""Tokens that were good not long ago, of which it is known whose they are."""


class TooManyRequests(Problem):
    """One organisation asks for more at once than it is answered."""

    def __init__(self) -> None:
        detail = "Your organisation asks for more at once than it is answered. Try again shortly."
        super().__init__(429, "too_many_requests", detail, headers={"Retry-After": f"{PAUSE:.0f}"})


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
        self._full: set[UUID] = set()
        self._seen: OrderedDict[bytes, UUID] = OrderedDict()

    async def enter(self, organisation_id: UUID, token: str = "") -> Callable[[], None]:
        """Returns when it is this request's turn, with what is to be called once when it has its answer. Raises
        TooManyRequests where too many wait already. `token`: what it came with, to be known by from now on."""
        self._see(token, organisation_id)
        line = self._lines.setdefault(organisation_id, _Line())
        if line.inside < self._at_once:
            line.inside += 1
        elif organisation_id in self._full:
            raise TooManyRequests
        else:
            await self._turn_of(organisation_id, line)
        return partial(self._leave, organisation_id)

    def is_too_much(self, token: str) -> bool:
        """Whether it is known without a look at the token that there is no room for what it comes with."""
        return bool(self._full) and self._seen.get(_digest(token)) in self._full

    def _see(self, token: str, organisation_id: UUID) -> None:
        self._seen[_digest(token)] = organisation_id
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)

    async def _turn_of(self, organisation_id: UUID, line: _Line) -> None:
        turn = asyncio.get_running_loop().create_future()
        line.waiting.append(turn)
        self._count(organisation_id, line)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():
                self._leave(organisation_id)
            elif turn in line.waiting:
                line.waiting.remove(turn)
                self._count(organisation_id, line)
            raise

    def _leave(self, organisation_id: UUID) -> None:
        """Whoever waits longest gets the place."""
        line = self._lines[organisation_id]
        while line.waiting:
            turn = line.waiting.popleft()
            if not turn.done():
                self._count(organisation_id, line)
                turn.set_result(None)
                return
        self._count(organisation_id, line)
        line.inside -= 1
        if not line.inside:
            del self._lines[organisation_id]

    def _count(self, organisation_id: UUID, line: _Line) -> None:
        (self._full.add if len(line.waiting) >= self._waiting else self._full.discard)(organisation_id)


def _digest(token: str) -> bytes:
    return blake2b(token.encode("latin-1", "replace"), digest_size=16).digest()


class Turnstile:
    """Before anything is read or checked: who has no room gets 429 for next to nothing, or a flood would cost as much
    as its answers do. It comes after the time that it tells to wait: a connection that is answered asks again."""

    def __init__(self, app: ASGIApp, shares: Shares, elsewhere: frozenset[str] = frozenset()) -> None:
        """`elsewhere`: paths whose requests wait in another line."""
        self._app = app
        self._shares = shares
        self._elsewhere = elsewhere
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in self._elsewhere or not self._is_too_much(scope):
            await self._app(scope, receive, send)
            return
        leave_the_crowd(scope)
        if self._held < HELD:
            self._held += 1
            try:
                await asyncio.sleep(PAUSE)
            finally:
                self._held -= 1
        await TooManyRequests().response()(scope, receive, send)

    def _is_too_much(self, scope: Scope) -> bool:
        return self._shares.is_too_much(_presented(scope))


def _presented(scope: Scope) -> str:
    header = next((value for name, value in scope["headers"] if name == b"authorization"), b"")
    return str(header.partition(b" ")[2].strip(), "latin-1")
