"""Small requests that come often are answered without ASGI: no scope, no task and no context for each of them.

The protocol hands over a request that has arrived whole. A route that cannot answer it so says so before it has done
anything, and the request goes the ordinary way, to the same route as an ASGI application.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from http import HTTPStatus
from time import perf_counter
from typing import NamedTuple, Protocol
from uuid import UUID

import structlog
from recado_events.envelope import Cause
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from recado_chassis.http import counting
from recado_chassis.http.accounting import ALWAYS, CORRELATION_HEADER, Crowd
from recado_chassis.http.stories import believed, story, telling
from recado_chassis.ports import Ids
from recado_chassis.tracing import is_on
from recado_chassis.turns import Gathering

log = structlog.get_logger()

MOST_BYTES = 64 * 1024
"""Of a body; what is larger is read piece by piece."""

Fields = Mapping[bytes, bytes]
"""Headers by their names in lower case, none of which was there twice."""


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


class Arrived(Protocol):
    """A POST to a path without query, as the protocol has it once all of it is there."""

    url: bytes
    fields: Fields
    body: bytearray

    def is_over(self) -> bool:
        """Whether the client has gone."""
        ...

    def write(self, head: bytes, body: bytes, closes: bool) -> None:
        """Takes the head but for its end, the body, and whether the connection ends with it."""
        ...

    def go_the_ordinary_way(self) -> None: ...


class Asked:
    """One request, and its answer. It is in the crowd until it is answered, or left."""

    __slots__ = ("_answers", "_crowd", "_write", "begun", "body", "cause", "headers", "id", "taken")

    def __init__(self, arrived: Arrived, own: UUID, crowd: Crowd, answers: _Answers) -> None:
        self.headers = arrived.fields
        self.body = bytes(arrived.body)
        self.id = own
        """The request's own; its text is the correlation id of its story."""
        told = arrived.fields.get(b"traceparent")
        self.cause: Cause = story(str(own), believed(told) if told else "")
        self.begun = perf_counter()
        self.taken = False
        self._crowd = crowd
        self._answers = answers
        self._write: Callable[[bytes, bytes, bool], None] | None = arrived.write
        crowd.size += 1

    def take(self) -> None:
        """It will be answered later."""
        self.taken = True

    def leave(self) -> None:
        """As if it had never been asked."""
        self._write = None
        self._crowd.size -= 1

    def answer(self, told: Told) -> None:
        """Once, at any time, also when the client has gone; from the event loop."""
        write = self._write
        if write is None:
            return
        self.taken = True
        self.leave()
        head = b"%s%s: %s\r\n" % (told.head, CORRELATION_HEADER, self.cause.correlation_id.encode())
        write(head, told.body, told.closes)
        self._answers.note(told.status, perf_counter() - self.begun, told.rule, self.cause)


class _Answers:
    """Of one route: written at once, counted later."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._counting = Gathering(partial(counting.count_all, "POST", path))

    def note(self, status: int, seconds: float, rule: str, cause: Cause) -> None:
        self._counting.add((status, seconds))
        if counting.logs_requests():
            with telling(cause):
                counting.log("POST", self._path, status, seconds, rule)


class Direct(ABC):
    """A raw route that can do both."""

    @abstractmethod
    def at_once(self, asked: Sequence[Asked]) -> None:
        """Takes (`Asked.take`) those that it answers so. The others go the ordinary way: nothing must have been done.

        All that came in one turn of the event loop, for a processor is quicker where it does one thing many times. Runs
        in no task, so nothing of it may wait, and the log knows of no story but within `stories.telling`.
        """

    @abstractmethod
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ordinary way."""


class DirectRoutes:
    """Keeps the accounts that `Accounting` keeps of all others. While traces are on, all goes the ordinary way."""

    def __init__(self, routes: Mapping[str, Direct], ids: Ids, crowd: Crowd) -> None:
        self._routes = {path.encode(): (route, _Answers(path)) for path, route in routes.items()}
        self._ids = ids
        self._crowd = crowd
        self._arrived = Gathering(self._take_all)

    def __contains__(self, url: bytes) -> bool:
        return url in self._routes

    def take(self, arrived: Arrived) -> None:
        """At the end of this turn of the event loop."""
        self._arrived.add(arrived)

    def _take_all(self, due: Sequence[Arrived]) -> None:
        for url, (route, answers) in self._routes.items():
            those = [each for each in due if each.url == url and not each.is_over()]
            if those:
                self._give(those, route, answers)

    def _give(self, due: Sequence[Arrived], route: Direct, answers: _Answers) -> None:
        room = 0 if is_on() else max(0, self._crowd.limit - self._crowd.size)
        asked = [Asked(each, self._ids.new(), self._crowd, answers) for each in due[:room]]
        try:
            route.at_once(asked)
        except Exception:
            # Of whichever it was: those that were not taken go the ordinary way, and it fails there alone.
            log.exception("direct_way_failed")
        left = [each for each in asked if not each.taken]
        for each in left:
            each.leave()
        ordinary = [arrived for arrived, each in zip(due, asked, strict=False) if not each.taken]
        for arrived in (*ordinary, *due[room:]):
            arrived.go_the_ordinary_way()
