"""The outermost layer of HTTP: ids of the story a request belongs to, the access log, metrics, and the last catch."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterable
from functools import cache

import structlog
from opentelemetry.trace import SpanKind
from prometheus_client import Counter, Histogram
from recado_events.envelope import Cause
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from recado_chassis.http.problems import Overloaded, problem_response
from recado_chassis.metrics import HTTP_REQUESTS, HTTP_SECONDS
from recado_chassis.ports import Ids
from recado_chassis.tracing import is_on, span, traceparent_of

CORRELATION_HEADER = b"recado-correlation-id"
_ALWAYS = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))
_CAUSE = "recado.cause"
_RULE = "recado.rule"
_UNLOGGED = "recado.unlogged"
_FAILED = "recado.failed"
_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

log = structlog.get_logger()
_level = logging.getLogger(__name__)
"""Whether anybody reads access logs is asked of it: `log` finds out only after it has made an entry."""


def cause_of(scope: Scope, actor: str | None) -> Cause:
    """Why what this request decides is decided."""
    cause: Cause = scope[_CAUSE]
    return Cause(cause.correlation_id, None, cause.traceparent, actor)


def note_rule(scope: Scope, rule: str) -> None:
    """Lets the access log say which rule refused the request."""
    scope[_RULE] = rule


def leave_out_of_the_log(scope: Scope) -> None:
    """Probes and scrapes come every few seconds for ever: metrics count them."""
    scope[_UNLOGGED] = True


def failed(scope: Scope, error: BaseException) -> Response:
    """500 without details: its `instance` is the correlation id under which the log has them."""
    log.error("request_failed", exc_info=error)
    scope[_FAILED] = True
    return problem_response(
        500,
        "internal_error",
        "Something failed here. Give us the instance when you ask about it.",
        headers={"Connection": "close"},
        members={"instance": f"urn:uuid:{scope[_CAUSE].correlation_id}"},
    )


class Accounting:
    """Wraps all of a service's HTTP. At most `in_flight` requests at once: later ones get 503 at once."""

    def __init__(
        self, app: ASGIApp, ids: Ids, *, in_flight: int = 512, monotonic: Callable[[], float] = time.perf_counter
    ) -> None:
        self._app = app
        self._ids = ids
        self._limit = in_flight
        self._monotonic = monotonic
        self._in_flight = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = _given(scope["headers"])
        if not is_on():
            await self._account_for(scope, receive, send, given)
            return
        with span("request", SpanKind.SERVER, within=given) as begun:
            await self._account_for(scope, receive, send, traceparent_of(begun) or given)
            begun.update_name(f"{_method_of(scope)} {route_of(scope)}")

    async def _account_for(self, scope: Scope, receive: Receive, send: Send, traceparent: str) -> None:
        begun = self._monotonic()
        cause = scope[_CAUSE] = _cause_within(traceparent, str(self._ids.new()))
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(**_story(cause))
        answer = _Answer(send, cause.correlation_id)
        self._in_flight += 1
        try:
            await self._answer(scope, receive, answer)
        finally:
            self._in_flight -= 1
            _account(scope, answer.status, self._monotonic() - begun)

    async def _answer(self, scope: Scope, receive: Receive, answer: _Answer) -> None:
        if self._in_flight > self._limit:
            await Overloaded().response()(scope, receive, answer)
            return
        try:
            await self._app(scope, receive, answer)
        except Exception as error:
            if answer.status is None:
                await failed(scope, error)(scope, receive, answer)
            elif _FAILED not in scope:
                log.exception("answer_broken_off")


class _Answer:
    """Sends on, and remembers the status."""

    def __init__(self, send: Send, correlation_id: str) -> None:
        self.status: int | None = None
        self._send = send
        self._correlation_id = correlation_id

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = [*message.get("headers", ()), (CORRELATION_HEADER, self._correlation_id.encode())]
            names = {name.lower() for name, _ in headers}
            headers += [each for each in _ALWAYS if each[0] not in names]
            message = {**message, "headers": headers}
        await self._send(message)


def _given(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """The trace the request says it belongs to; empty where it says none that can be believed."""
    told = next((value for name, value in headers if name == b"traceparent"), b"").decode("latin-1")
    return told if _TRACEPARENT.fullmatch(told) else ""


def _cause_within(traceparent: str, correlation_id: str) -> Cause:
    """A story of its own, with a trace of its own where none was given."""
    if not traceparent:
        digits = correlation_id.replace("-", "")
        traceparent = f"00-{digits}-{digits[16:]}-01"
    return Cause(correlation_id, None, traceparent)


def _story(cause: Cause) -> dict[str, str]:
    """What every entry of the log about a request has."""
    return {"correlation_id": cause.correlation_id, "trace_id": (cause.traceparent or "").split("-")[1]}


def _account(scope: Scope, status: int | None, seconds: float) -> None:
    method = _method_of(scope)
    route = route_of(scope)
    answered = "none" if status is None else str(status)
    _requests(method, route, answered).inc()
    _seconds(method, route).observe(seconds)
    if scope.get(_UNLOGGED) or not _level.isEnabledFor(logging.INFO):
        return
    rule = {"rule": scope[_RULE]} if _RULE in scope else {}
    log.info("request", method=method, route=route, status=status, ms=round(seconds * 1000, 1), **rule)


@cache
def _requests(method: str, route: str, answered: str) -> Counter:
    return HTTP_REQUESTS.labels(method, route, answered)


@cache
def _seconds(method: str, route: str) -> Histogram:
    return HTTP_SECONDS.labels(method, route)


def _method_of(scope: Scope) -> str:
    """Bounded: a client may call anything a method."""
    return scope["method"] if scope["method"] in _METHODS else "other"


def route_of(scope: Scope) -> str:
    """The template of the route that took the request: bounded, without ids. `unmatched` where none did."""
    named: str | None = scope.get("recado.route")
    if named is not None:
        return named
    template = getattr(scope.get("route"), "path", None)
    return template if isinstance(template, str) else "unmatched"
