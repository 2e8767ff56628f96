"""A request that is answered without ASGI, in the place where uvicorn has its cycle of request and response."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recado_chassis.http.direct import MOST_BYTES, Fields

if TYPE_CHECKING:
    from recado_chassis.running.protocol import Protocol


class _Nobody:
    def set(self) -> None:
        """There is no task that waits."""


class Exchange:
    """What uvicorn's protocol asks and tells its cycle, and nothing else of it: it waits for the whole body."""

    message_event = _Nobody()
    more_body = True
    disconnected = False
    response_started = False
    response_complete = False

    def __init__(self, protocol: Protocol, fields: Fields) -> None:
        self.url = protocol.url
        self.headers = protocol.headers
        self.fields = fields
        self.body = bytearray()
        self.keep_alive = protocol.parser.should_keep_alive()
        self._protocol = protocol

    def is_over(self) -> bool:
        return self._protocol.transport.is_closing()

    def go_the_ordinary_way(self) -> None:
        self._protocol.go_the_ordinary_way(self)

    def write(self, head: bytes, body: bytes, closes: bool) -> None:
        """Answers, unless the client has gone."""
        self.response_started = self.response_complete = True
        protocol = self._protocol
        ends = closes or not self.keep_alive
        if not protocol.transport.is_closing():
            last = b"connection: close\r\n" if ends and not closes else b""
            protocol.transport.write(b"%s%s%s\r\n%s" % (head, protocol.lines_of_all(), last, body))
            if ends:
                protocol.transport.close()
        protocol.has_answered()

    # What the parser said of it -------------------------------------------------------------------

    def get_method(self) -> bytes:
        return b"POST"

    def get_http_version(self) -> str:
        return "1.1"

    def should_upgrade(self) -> bool:
        return False

    def should_keep_alive(self) -> bool:
        return self.keep_alive


def is_small(length: bytes) -> bool:
    """Whether a body of this Content-Length, which the parser has checked, may be waited for; not one without."""
    return 0 < len(length) < 6 and int(length) <= MOST_BYTES
