"""What the dependencies of routes find in `app.state.edge`: everything a request is judged with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from starlette.requests import Request

from recado_chassis.caller import Standing
from recado_chassis.fingerprints import Fingerprints
from recado_chassis.http.cursors import Cursors
from recado_chassis.http.shares import SCREENS, Shares
from recado_chassis.http.tokens import Tokens
from recado_chassis.ports import Clock, Ids

WaitFor = Callable[[int, float], Awaitable[bool]]
"""Waits until every projection of the service has come to a position, so many seconds at most; False if it has not."""


@dataclass(frozen=True, slots=True)
class Edge:
    tokens: Tokens
    cursors: Cursors
    fingerprints: Fingerprints
    """Of bodies and keys of commands."""
    clock: Clock
    ids: Ids
    wait_for: WaitFor
    standing: Standing | None = None
    shares: Shares = field(default_factory=Shares)
    screens: Shares = field(default_factory=lambda: Shares(waiting=SCREENS))


def edge_of(request: Request) -> Edge:
    edge: Edge = request.app.state.edge
    return edge
