"""Server-sent events as an answer: readers who go, who do not read, and the requests beside them."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import pytest
from recado_chassis.http.accounting import Accounting
from recado_chassis.http.event_stream import EventStream, frame, pulse, retry
from recado_chassis.ports import SystemClock, Uuid7
from recado_chassis.running.server import HttpServer
from starlette.types import Receive, Scope, Send

PIECE = frame("message", b'"' + b"x" * 100_000 + b'"', 7)


class Endless:
    """Every request gets a stream that never ends by itself."""

    def __init__(self) -> None:
        self.open = 0
        self.sent = 0
        self.busy = True

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive()).get("more_body"):
            pass
        self.open += 1
        await EventStream(self.frames(), self.closed)(scope, receive, send)

    def closed(self) -> None:
        self.open -= 1

    async def frames(self) -> AsyncGenerator[bytes, None]:
        while True:
            yield PIECE if self.busy else pulse(7)
            self.sent += 1
            await asyncio.sleep(0.001)

    async def becomes(self, count: int) -> None:
        async with asyncio.timeout(10):
            while self.open != count:
                await asyncio.sleep(0.02)


@pytest.fixture
def endless() -> Endless:
    return Endless()


@pytest.fixture
async def server(endless: Endless) -> AsyncIterator[tuple[HttpServer, Accounting]]:
    app = Accounting(endless, Uuid7(SystemClock()), in_flight=2)
    server = HttpServer(app, "127.0.0.1", 0)
    await server.start()
    yield server, app
    await server.stop(1)


def reader(port: int) -> socket.socket:
    found = socket.create_connection(("127.0.0.1", port))
    found.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    return found


async def test_streams_are_no_requests_under_way(server: Any, endless: Endless) -> None:
    running, app = server
    readers = [reader(running.port) for _ in range(5)]
    await endless.becomes(5)
    assert app.crowd.size == 0
    for each in readers:
        each.close()
    await endless.becomes(0)
    assert app.crowd.size == 0


async def test_a_reader_who_does_not_read_is_cut_off(
    server: Any, endless: Endless, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recado_chassis.http.event_stream.PATIENCE", 0.3)
    running, _ = server
    with reader(running.port) as sleeper:
        await endless.becomes(1)
        await endless.becomes(0)
        assert endless.sent > 0
        assert await asyncio.to_thread(ends, sleeper), "what was sent before has an end"


def ends(connection: socket.socket) -> bool:
    connection.settimeout(5)
    try:
        while connection.recv(1_000_000):
            pass
    except ConnectionError:
        pass
    return True


def test_frames_are_those_of_the_specification() -> None:
    assert frame("message", b"{}", 7) == b"id: 7\nevent: message\ndata: {}\n\n"
    assert frame("counters", b"{}") == b"event: counters\ndata: {}\n\n"
    assert (pulse(), pulse(7)) == (b":\n\n", b":\nid: 7\n\n")
    assert retry(2_000) == b"retry: 2000\n\n"
