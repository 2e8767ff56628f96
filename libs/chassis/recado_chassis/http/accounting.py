"""The outermost layer of HTTP: ids of the story a request belongs to, the access log, metrics, and the last catch."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog
from opentelemetry.trace import SpanKind
from recado_events.envelope import Cause
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from recado_chassis.http import counting
from recado_chassis.http.problems import Overloaded, problem_response
from recado_chassis.http.stories import given_trace, ids_of, story
from recado_chassis.ports import Ids
from recado_chassis.tracing import is_on, span, traceparent_of

CORRELATION_HEADER = b"recado-correlation-id"
ALWAYS = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))
"""Headers of every answer that does not say otherwise."""
_CAUSE = "recado.cause"
_RULE = "recado.rule"
_UNLOGGED = "recado.unlogged"
_FAILED = "recado.failed"
_LEAVE = "recado.leave"
_SHARE = "recado.share"
_LASTING = "recado.lasting"

log = structlog.get_logger()


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


def leave_the_crowd(scope: Scope) -> None:
    """For an answer that goes on for hours: what it costs is bounded by whoever gives it."""
    leave = scope.pop(_LEAVE, None)
    if leave is not None:
        leave()


def note_lasting(scope: Scope) -> None:
    """Its answer goes on for ever: whoever waits for its beginning is no request under way either."""
    scope[_LASTING] = True
    leave_the_crowd(scope)


def is_lasting(scope: Scope) -> bool:
    return _LASTING in scope


def hold_a_share(scope: Scope, give_back: Callable[[], None]) -> None:
    """Of what the caller's organisation may ask at once, until the answer begins: what is sent slowly costs little."""
    scope[_SHARE] = give_back


def give_back_the_share(scope: Scope) -> None:
    """Also for a request whose body comes slowly, once it is known who sends it."""
    give_back = scope.pop(_SHARE, None)
    if give_back is not None:
        give_back()


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


class Crowd:
    """The requests that are being answered."""

    __slots__ = ("limit", "size")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.size = 0

    def leave(self) -> None:
        self.size -= 1


class Accounting:
    """Wraps all of a service's HTTP. At most `in_flight` requests at once: later ones get 503 at once."""

    def __init__(
        self, app: ASGIApp, ids: Ids, *, in_flight: int = 512, monotonic: Callable[[], float] = time.perf_counter
    ) -> None:
        self._app = app
        self._ids = ids
        self._monotonic = monotonic
        self.crowd = Crowd(in_flight)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = given_trace(scope["headers"])
        if not is_on():
            await self._account_for(scope, receive, send, given)
            return
        with span("request", SpanKind.SERVER, within=given) as begun:
            await self._account_for(scope, receive, send, traceparent_of(begun) or given)
            begun.update_name(f"{counting.bounded(scope['method'])} {route_of(scope)}")

    async def _account_for(self, scope: Scope, receive: Receive, send: Send, traceparent: str) -> None:
        begun = self._monotonic()
        cause = scope[_CAUSE] = story(str(self._ids.new()), traceparent)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(**ids_of(cause))
        answer = _Answer(scope, send, cause.correlation_id)
        self.crowd.size += 1
        scope[_LEAVE] = self.crowd.leave
        try:
            await self._answer(scope, receive, answer)
        finally:
            give_back_the_share(scope)
            leave_the_crowd(scope)
            _account(scope, answer.status, self._monotonic() - begun)

    async def _answer(self, scope: Scope, receive: Receive, answer: _Answer) -> None:
        if self.crowd.size > self.crowd.limit:
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

    def __init__(self, scope: Scope, send: Send, correlation_id: str) -> None:
        self.status: int | None = None
        self._scope = scope
        self._send = send
        self._correlation_id = correlation_id

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            give_back_the_share(self._scope)
            self.status = message["status"]
            headers = [*message.get("headers", ()), (CORRELATION_HEADER, self._correlation_id.encode())]
            names = {name.lower() for name, _ in headers}
            headers += [each for each in ALWAYS if each[0] not in names]
            message = {**message, "headers": headers}
        await self._send(message)


def _account(scope: Scope, status: int | None, seconds: float) -> None:
    method, route = counting.bounded(scope["method"]), route_of(scope)
    counting.count(method, route, status, seconds)
    if not scope.get(_UNLOGGED) and counting.logs_requests():
        counting.log(method, route, status, seconds, scope.get(_RULE, ""))


def route_of(scope: Scope) -> str:
    """The template of the route that took the request: bounded, without ids. `unmatched` where none did."""
    named: str | None = scope.get("recado.route")
    if named is not None:
        return named
    template = getattr(scope.get("route"), "path", None)
    return template if isinstance(template, str) else "unmatched"
