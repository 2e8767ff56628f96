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

    def __init__(self, protocol: Protocol, keep_alive: bool) -> None:
        self.body = bytearray()
        self.keep_alive = keep_alive
        self._protocol = protocol

    def write(self, head: bytes, body: bytes, closes: bool) -> None:
        """Answers, unless the client has gone."""
        self.response_started = self.response_complete = True
        protocol = self._protocol
        ends = closes or not self.keep_alive
        if not self.disconnected and not protocol.transport.is_closing():
            lines = [b"%s: %s\r\n" % field for field in protocol.server_state.default_headers]
            if ends and not closes:
                lines.append(b"connection: close\r\n")
            protocol.transport.write(b"%s%s\r\n%s" % (head, b"".join(lines), body))
            if ends:
                protocol.transport.close()
        protocol.on_response_complete()


def is_small(headers: Fields) -> bool:
    """Whether the body has a length, and one that may be waited for. The parser has found it to be a length."""
    length = next((value for name, value in headers if name == b"content-length"), b"")
    return 0 < len(length) < 6 and int(length) <= MOST_BYTES
