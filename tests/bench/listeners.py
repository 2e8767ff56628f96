"""Five hundred open screens as cheaply as Python can be them: raw sockets, in a thread of its own."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections.abc import Sequence

_SENT = re.compile(rb'"body":"sent ([0-9.]+)"')


class Listeners(threading.Thread):
    """`late`: seconds from the moment that stands in a message's text until a screen has it, one a screen."""

    def __init__(self, port: int, tokens: Sequence[str]) -> None:
        super().__init__(daemon=True)
        self.late: list[float] = []
        self.ready = threading.Event()
        self._port = port
        self._tokens = tokens
        self._waiting = len(tokens)
        self._loop = asyncio.new_event_loop()
        self._all: list[asyncio.Task[None]] = []

    def run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._all = [self._loop.create_task(self._listen(token)) for token in self._tokens]
        self._loop.run_until_complete(asyncio.gather(*self._all, return_exceptions=True))

    def stop(self) -> None:
        for task in self._all:
            self._loop.call_soon_threadsafe(task.cancel)
        self.join()

    async def _listen(self, token: str) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        writer.write(f"GET /stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
        is_ready, rest = False, b""
        try:
            while piece := await reader.read(65_536):
                now, rest = time.monotonic(), rest + piece
                self.late += [now - float(sent) for sent in _SENT.findall(rest)]
                if not is_ready and b"event: ready" in rest:
                    is_ready = True
                    self._note_ready()
                rest = rest[rest.rfind(b"\n") + 1 :]
        finally:
            writer.close()

    def _note_ready(self) -> None:
        self._waiting -= 1
        if self._waiting == 0:
            self.ready.set()
