"""Server-sent events: an answer that goes on, to a reader who may be slow, or gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable

from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from recado_chassis.http.accounting import leave_the_crowd, note_lasting

MEDIA_TYPE = "text/event-stream"
ABORT = "recado.abort"
"""Of a scope: ends the connection at once, without what waits to be written. The server's protocol gives it."""
PATIENCE = 10.0
"""Seconds in which a reader must take something of what was sent."""


def frame(event: str, data: bytes, position: int | None = None) -> bytes:
    """One event. `data` is JSON in one line; `position` becomes the id from which its reader resumes."""
    return b"%sevent: %s\ndata: %s\n\n" % (b"" if position is None else b"id: %d\n" % position, event.encode(), data)


def pulse(position: int | None = None) -> bytes:
    """A comment, which shows that the connection is alive; readers take the id from it and see no event."""
    return b":\n\n" if position is None else b":\nid: %d\n\n" % position


def retry(milliseconds: int) -> bytes:
    """How long readers wait before they connect again."""
    return b"retry: %d\n\n" % milliseconds


async def lasting(request: Request) -> None:
    """The first dependency of a route that answers with an EventStream."""
    note_lasting(request.scope)


class EventStream(StreamingResponse):
    """Sends what `frames` yields, and is no request under way. A reader who takes nothing for `PATIENCE` seconds is cut
    off. `closed` is called once, however it ends."""

    def __init__(self, frames: AsyncGenerator[bytes, None], closed: Callable[[], None]) -> None:
        super().__init__(frames, media_type=MEDIA_TYPE, headers={"X-Accel-Buffering": "no"})
        self._frames = frames
        self._closed = closed
        self._abort: Callable[[], None] = lambda: None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        leave_the_crowd(scope)
        self._abort = scope.get(ABORT, self._abort)
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._closed()

    async def stream_response(self, send: Send) -> None:
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            async for chunk in self._frames:
                async with asyncio.timeout(PATIENCE):
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except TimeoutError:
            self._abort()
        finally:
            await self._frames.aclose()
