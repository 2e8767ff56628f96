"""HTTP/1.1 on one connection, with the deadlines and limits that uvicorn leaves to a proxy in front of it."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, cast

import httptools
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from recado_chassis.http.direct import DirectRoutes
from recado_chassis.http.event_stream import ABORT
from recado_chassis.http.problems import MEDIA_TYPE, problem_body
from recado_chassis.metrics import HTTP_CUT_OFF
from recado_chassis.running.exchange import Exchange, is_small

HEAD_SECONDS = 10.0
BODY_SECONDS = 10.0
LEAST_PER_TURN = 640 * 1024
"""Bytes of a body that must have come in BODY_SECONDS to have as many seconds more: large files take their time."""
MAX_HEAD_BYTES = 64 * 1024
MAX_HEADERS = 100
_MAX_FRAMING_BYTES = 64 * 1024

_REASONS = {400: "Bad Request", 408: "Request Timeout", 431: "Request Header Fields Too Large"}
_TOLD = {
    400: ("malformed_request", "This is not HTTP/1.1 as RFC 9112 has it."),
    408: ("request_timeout", "The request did not arrive in time."),
    431: ("headers_too_large", "The headers are too many or too large."),
}
_AMBIGUOUS = (b"host", b"transfer-encoding", b"content-length")


class _TooLarge(Exception):
    """More headers than a request may have."""


class _Ambiguous(Exception):
    """Two programs could read this request differently."""


class Protocol(HttpToolsProtocol):
    """A connection is idle, sends a head, or sends a body; the server's sweep ends what takes too long.

    Errors of syntax come from llhttp in its strict mode: obs-fold, bare LF, both lengths, bad chunks.
    """

    phase: Literal["idle", "head", "body"] = "head"
    deadline: float = float("inf")
    """On the loop's clock; infinite while the client owes nothing."""
    _arrived = 0
    _head_bytes = 0
    _body_bytes = 0
    _wire_bytes = 0
    _turn_began_with = 0
    _common: ClassVar[tuple[Any, bytes]] = (None, b"")

    def __init__(self, config: Config, *others: Any, **more: Any) -> None:
        super().__init__(config, *others, **more)
        self._direct: DirectRoutes | None = getattr(config.app, "direct", None)

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._owes("head", HEAD_SECONDS)

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        if self.phase == "idle":
            self._owes("head", HEAD_SECONDS)
        self._arrived = len(data)
        self._wire_bytes += self._arrived
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            # Answered as an ordinary request, the connection's last: nothing here speaks another protocol.
            self.cycle.keep_alive = False
        except httptools.HttpParserError as error:
            cause = error.__context__ if isinstance(error, httptools.HttpParserCallbackError) else None
            self.refuse(431 if isinstance(cause, _TooLarge) else 400)
            return
        if self._is_flooded(len(data)):
            self.refuse(431 if self.phase == "head" else 400)

    def _is_flooded(self, received: int) -> bool:
        if self.phase == "head":
            self._head_bytes += received
            return self._head_bytes > MAX_HEAD_BYTES
        # Chunk extensions and trailers are no body: they reach no reader who could stop them.
        framing = self._wire_bytes - self._body_bytes
        return self.phase == "body" and framing > MAX_HEAD_BYTES + _MAX_FRAMING_BYTES + 8 * self._body_bytes

    # What the parser tells --------------------------------------------------------------------

    def on_message_begin(self) -> None:
        self.url, self.headers = b"", []
        self._owes("head", HEAD_SECONDS)

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))
        if self.phase == "body":
            # A trailer: nobody reads it, but it takes room.
            self._require_room()

    def _require_room(self) -> None:
        size = len(self.url) + sum([len(name) + len(value) for name, value in self.headers])
        if size > MAX_HEAD_BYTES or len(self.headers) > MAX_HEADERS:
            raise _TooLarge

    def on_headers_complete(self) -> None:
        # It cannot be larger than all that it came with, and that is nearly always small enough.
        if self._head_bytes + self._arrived > MAX_HEAD_BYTES or len(self.headers) > MAX_HEADERS:
            self._require_room()
        fields = dict(self.headers)
        self.expect_100_continue = fields.get(b"expect", b"").lower() == b"100-continue"
        version = self.parser.get_http_version()
        if len(fields) < len(self.headers) and _is_ambiguous([name for name, _ in self.headers]):
            raise _Ambiguous
        if (version == "1.1" and b"host" not in fields) or (version == "1.0" and b"transfer-encoding" in fields):
            raise _Ambiguous
        self._head_bytes = self._body_bytes = self._wire_bytes = self._turn_began_with = 0
        self._owes("body", BODY_SECONDS)
        routes = self._direct
        if routes is not None and self.url in routes and version == "1.1" and self._goes_directly(fields):
            self.cycle = cast(Any, Exchange(self, fields))
        else:
            self._begin_ordinarily()

    def _begin_ordinarily(self) -> None:
        """Makes the scope only now, which takes the headers along."""
        url, headers, expects = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()
        cast(Any, self.scope)[ABORT] = self.transport.abort
        self.url, self.expect_100_continue = url, expects
        self.headers += headers
        super().on_headers_complete()

    def _goes_directly(self, fields: dict[bytes, bytes]) -> bool:
        """No request before it, no client who does not read, no header twice, and nothing but a small body to come."""
        return (
            (self.cycle is None or self.cycle.response_complete)
            and len(fields) == len(self.headers)
            and self.parser.get_method() == b"POST"
            and is_small(fields.get(b"content-length", b""))
            and not (self.expect_100_continue or self.flow.write_paused or self.parser.should_upgrade())
        )

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self.phase = "idle"
        self.deadline = float("inf")
        cycle: object = self.cycle
        if isinstance(cycle, Exchange) and self._direct is not None:
            self._direct.take(cycle)
        else:
            super().on_message_complete()

    def go_the_ordinary_way(self, exchange: Exchange) -> None:
        """As if the request came now; another one may have come behind it."""
        behind = self.cycle, self.parser, self.url, self.headers, self.expect_100_continue
        self.cycle, self.parser = cast(Any, (None, exchange))
        self.url, self.headers, self.expect_100_continue = exchange.url, exchange.headers, False
        self._begin_ordinarily()
        super().on_body(bytes(exchange.body))
        super().on_message_complete()
        cycle = self.cycle
        self.cycle, self.parser, self.url, self.headers, self.expect_100_continue = behind
        if cast(object, self.cycle) is exchange:
            self.cycle = cycle

    def has_answered(self) -> None:
        """An exchange has: the next request in turn begins, or the connection is idle."""
        if self.pipeline or self.phase != "idle":
            self.on_response_complete()
        else:
            self.server_state.total_requests += 1
            self.deadline = self.loop.time() + self.timeout_keep_alive

    def lines_of_all(self) -> bytes:
        """The headers of every answer, which uvicorn makes anew each second for their date."""
        fields = self.server_state.default_headers
        if fields is not Protocol._common[0]:
            Protocol._common = fields, b"".join([b"%s: %s\r\n" % field for field in fields])
        return Protocol._common[1]

    # What time tells ---------------------------------------------------------------------------

    def _owes(self, phase: Literal["head", "body"], seconds: float) -> None:
        self.phase = phase
        self.deadline = self.loop.time() + seconds

    def sweep(self, now: float) -> None:
        """Called by the server a few times a second."""
        if now < self.deadline:
            return
        if self.phase == "idle":
            self.timeout_keep_alive_handler()
            return
        if self.flow.read_paused:
            # The client may not send: it is the application that has not read yet.
            self.deadline = now + BODY_SECONDS
            return
        if self.phase == "body" and self._body_bytes - self._turn_began_with >= LEAST_PER_TURN:
            self._turn_began_with = self._body_bytes
            self.deadline = now + BODY_SECONDS
            return
        self.refuse(408)

    def refuse(self, status: Literal[400, 408, 431]) -> None:
        """Ends the connection, with a problem where no other answer has begun."""
        self.deadline = float("inf")
        if self.transport.is_closing():
            return
        HTTP_CUT_OFF.labels(_TOLD[status][0]).inc()
        before = self.cycle is not None and not self.cycle.response_complete
        if self.phase == "body" and before and not self.cycle.response_started:
            self.cycle.disconnected = True
            before = False
        if not before:
            self.transport.write(_answer(status))
        self.transport.close()


def _is_ambiguous(names: list[bytes]) -> bool:
    return any(names.count(name) > 1 for name in _AMBIGUOUS)


def _answer(status: int) -> bytes:
    body = problem_body(status, *_TOLD[status])
    head = (
        f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: {MEDIA_TYPE}\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body
