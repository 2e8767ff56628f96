"""Small requests that come often are answered without ASGI: no scope, no task and no context for each of them.

The protocol hands over a request that has arrived whole. A route that cannot answer it so says so before it has done
anything, and the request goes the ordinary way, to the same route as an ASGI application.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from http import HTTPStatus
from time import perf_counter
from typing import NamedTuple
from uuid import UUID

import structlog
from recado_events.envelope import Cause
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from recado_chassis.http import counting
from recado_chassis.http.accounting import ALWAYS, CORRELATION_HEADER, Crowd, failure
from recado_chassis.http.stories import believed, story, telling
from recado_chassis.ports import Ids
from recado_chassis.tracing import is_on

log = structlog.get_logger()

MOST_BYTES = 64 * 1024
"""Of a body; what is larger is read piece by piece."""

Fields = Mapping[bytes, bytes]
"""Headers by their names in lower case, none of which was there twice."""


class Whole(NamedTuple):
    """A POST that has arrived, to a path without query."""

    headers: Fields
    body: bytes
    id: UUID
    """The request's own; its text is the correlation id of its story."""
    cause: Cause


class Told(NamedTuple):
    """An answer as it goes onto the wire, but for what is different in each."""

    status: int
    head: bytes
    body: bytes
    closes: bool
    """Whether it is the connection's last."""
    rule: str
    """The rule that refused the request, for the access log."""


def told(response: Response, rule: str = "") -> Told:
    """Made once where the same is answered often."""
    headers = dict(ALWAYS) | dict(response.raw_headers)
    first = b"HTTP/1.1 %d %s\r\n" % (response.status_code, HTTPStatus(response.status_code).phrase.encode())
    head = first + b"".join(b"%s: %s\r\n" % field for field in headers.items())
    closes = headers.get(b"connection") == b"close"
    return Told(response.status_code, head, bytes(response.body), closes, rule)


Answer = Callable[[Told], None]
"""Called once, at any time, also when the client has gone; from the event loop."""
Write = Callable[[bytes, bytes, bool], None]
"""Takes the head but for its end, the body, and whether the connection ends with it."""


class Direct(ABC):
    """A raw route that can do both."""

    @abstractmethod
    def at_once(self, request: Whole, answer: Answer) -> bool:
        """False where it must go the ordinary way: nothing has been done yet. Else it is answered, now or later.

        Runs in no task, so nothing of it may wait, and the log knows of no story but within `stories.telling`.
        """

    @abstractmethod
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ordinary way."""


class DirectRoutes:
    """Keeps the accounts that `Accounting` keeps of all others. While traces are on, all goes the ordinary way."""

    def __init__(self, routes: Mapping[str, Direct], ids: Ids, crowd: Crowd) -> None:
        self._routes = {path.encode(): (path, route) for path, route in routes.items()}
        self._ids = ids
        self._crowd = crowd
        self._due: list[Callable[[], None]] = []

    def __contains__(self, url: bytes) -> bool:
        return url in self._routes

    def soon(self, take: Callable[[], None]) -> None:
        """Whatever arrives in one turn of the event loop is read first and taken then, for a processor is quicker where
        it does one thing many times."""
        if not self._due:
            asyncio.get_running_loop().call_soon(self._take_due)
        self._due.append(take)

    def _take_due(self) -> None:
        due, self._due = self._due, []
        for take in due:
            try:
                take()
            except Exception:
                log.exception("request_not_taken")

    def take(self, url: bytes, headers: Fields, body: bytes, write: Write) -> bool:
        """False where the request must go the ordinary way. Else its answer is written once it is known."""
        if is_on() or self._crowd.size >= self._crowd.limit:
            return False
        path, route = self._routes[url]
        own = self._ids.new()
        cause = story(str(own), believed(headers[b"traceparent"]) if b"traceparent" in headers else "")
        account = _Account(path, cause, self._crowd, write)
        try:
            taken = route.at_once(Whole(headers, body, own, cause), account.close)
        except Exception as error:  # noqa: BLE001 - whatever it is, the client gets an answer
            with telling(cause):
                account.close(told(failure(cause, error)))
            return True
        if not taken:
            account.strike()
        return taken


class _Account:
    """Of one request, which is in the crowd until it is answered."""

    __slots__ = ("_begun", "_cause", "_crowd", "_path", "_write")

    def __init__(self, path: str, cause: Cause, crowd: Crowd, write: Write) -> None:
        self._path = path
        self._cause = cause
        self._crowd = crowd
        self._write: Write | None = write
        self._begun = perf_counter()
        crowd.size += 1

    def strike(self) -> None:
        """As if it had never been opened."""
        self._write = None
        self._crowd.size -= 1

    def close(self, answer: Told) -> None:
        write = self._write
        if write is None:
            return
        self.strike()
        head = b"%s%s: %s\r\n" % (answer.head, CORRELATION_HEADER, self._cause.correlation_id.encode())
        write(head, answer.body, answer.closes)
        seconds = perf_counter() - self._begun
        counting.count("POST", self._path, answer.status, seconds)
        if counting.logs_requests():
            with telling(self._cause):
                counting.log("POST", self._path, answer.status, seconds, answer.rule)
