"""What raw sockets may do to the real server: slow, endless, ambiguous and oversized requests end, others go on."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator

import pytest
from recado_chassis.http.app import create_app
from recado_chassis.running import protocol
from recado_chassis.running.server import HttpServer
from recado_chassis.service import Service
from recado_chassis.storing.memory import MemoryStore
from recado_chassis.toolbox import Toolbox
from starlette.types import Receive, Scope, Send

from tests.libs.chassis.edges.boxes import build, settings_with
from tests.libs.chassis.edges.identity import token

HOST = b"Host: boxes\r\n"


def me() -> bytes:
    """The beginning of a request, with a token of this moment."""
    return b"GET /me HTTP/1.1\r\n" + HOST + b"Authorization: Bearer " + token().encode() + b"\r\n"


async def raw(scope: Scope, receive: Receive, send: Send) -> None:
    """A raw route: it reads whatever comes, and answers after it."""
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        size += len(message["body"])
        if not message["more_body"]:
            break
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(str(size)))]})
    await send({"type": "http.response.body", "body": str(size).encode()})


async def deaf(scope: Scope, receive: Receive, send: Send) -> None:
    """A raw route that reads nothing for a while: the client waits for us, not we for it."""
    await asyncio.sleep(2.6)
    await raw(scope, receive, send)


@pytest.fixture
async def server() -> AsyncIterator[HttpServer]:
    settings = settings_with()
    built = build(settings, Toolbox(MemoryStore()))
    service = Service(
        "boxes", built.streams, built.tells, answers=built.answers, raw_routes={"/raw": raw, "/deaf": deaf}
    )
    running = HttpServer(create_app(service, settings), "127.0.0.1", 0, idle_seconds=1)
    await running.start()
    yield running
    await running.stop(5)


@pytest.fixture
def short_deadlines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.5)
    monkeypatch.setattr(protocol, "BODY_SECONDS", 0.5)


async def answer_to(server: HttpServer, *pieces: bytes, pause: float = 0.0, patience: float = 8.0) -> bytes:
    """All the server sends until it closes; written piece by piece, for as long as it lets us."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)

    async def write() -> None:
        with contextlib.suppress(ConnectionError):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(pause)

    writing = asyncio.create_task(write())
    received = b""
    try:
        async with asyncio.timeout(patience):
            while part := await reader.read(65536):
                received += part
    except ConnectionError:
        pass
    finally:
        writing.cancel()
        writer.close()
    return received


def status_of(received: bytes) -> int:
    return int(received.split(b" ", 2)[1])


def rule_of(received: bytes) -> str:
    head, _, body = received.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head
    return str(json.loads(body)["rule"])


def test_the_deadlines_are_ten_seconds() -> None:
    assert (protocol.HEAD_SECONDS, protocol.BODY_SECONDS) == (10.0, 10.0)


@pytest.mark.usefixtures("short_deadlines")
async def test_40_slow_headers_are_cut_off(server: HttpServer) -> None:
    begun = time.monotonic()
    received = await answer_to(server, b"GET /me HTTP/1.1\r\n", *[b"X: y\r\n"] * 100, pause=0.1)
    assert 0.4 < time.monotonic() - begun < 2.0
    assert (status_of(received), rule_of(received)) == (408, "request_timeout")


@pytest.mark.usefixtures("short_deadlines")
@pytest.mark.parametrize("sent", [(), (b"G",), (b"\r\n",) * 50])
async def test_40_a_connection_that_says_nothing_is_closed(server: HttpServer, sent: tuple[bytes, ...]) -> None:
    begun = time.monotonic()
    await answer_to(server, *sent, pause=0.05)
    assert 0.4 < time.monotonic() - begun < 2.0


@pytest.mark.usefixtures("short_deadlines")
@pytest.mark.parametrize("path", [b"/raw", b"/me", b"/boxes/0190f3a8-0000-7000-8000-0000000000b1"])
async def test_41_a_slow_body_gets_408_wherever_it_goes(server: HttpServer, path: bytes) -> None:
    head = b"POST " + path + b" HTTP/1.1\r\n" + HOST + b"Content-Length: 1000\r\n\r\n"
    begun = time.monotonic()
    received = await answer_to(server, head, *[b"a"] * 100, pause=0.1)
    assert 0.4 < time.monotonic() - begun < 2.0
    assert (status_of(received), rule_of(received)) == (408, "request_timeout")


@pytest.mark.usefixtures("short_deadlines")
async def test_41_endless_chunks_get_408(server: HttpServer) -> None:
    head = b"POST /raw HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n"
    received = await answer_to(server, head, *[b"1\r\na\r\n"] * 100, pause=0.05)
    assert status_of(received) == 408


async def test_a_client_that_waits_for_us_is_not_blamed(server: HttpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "BODY_SECONDS", 2.0)
    body = b"a" * 3_000_000
    head = b"POST /deaf HTTP/1.1\r\n" + HOST + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body)
    received = await answer_to(server, head, body)
    assert (status_of(received), received[-7:]) == (200, b"3000000")


async def test_idle_connections_are_closed_after_their_answer(server: HttpServer) -> None:
    begun = time.monotonic()
    received = await answer_to(server, me() + b"\r\n")
    assert status_of(received) == 200
    assert 0.8 < time.monotonic() - begun < 3.0


@pytest.mark.parametrize(
    "fields",
    [
        b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n",
        b"Content-Length: 3\r\nContent-Length: 4\r\n",
        b"Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: xchunked\r\n",
        b"Content-Length: -3\r\n",
        b"Content-Length: +3\r\n",
    ],
)
async def test_42_a_body_whose_end_is_ambiguous_gets_400(server: HttpServer, fields: bytes) -> None:
    received = await answer_to(server, b"POST /raw HTTP/1.1\r\n" + HOST + fields + b"\r\n3\r\nabc\r\n0\r\n\r\n")
    assert (status_of(received), rule_of(received)) == (400, "malformed_request")
    assert received.count(b"HTTP/1.1 4") == 1


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /me HTTP/1.1\r\n" + HOST + b"X: a\r\n folded\r\n\r\n",
        b"GET /me HTTP/1.1\nHost: boxes\n\n",
        b"GET /me HTTP/1.1\r\n" + HOST + b"X: y\n\r\n",
        b"GET /me HTTP/1.1\r\nHost : boxes\r\n\r\n",
        b"GET /me HTTP/1.1\r\n" + HOST + b"X: a\0b\r\n\r\n",
        b"GET /me HTTP/1.1\r\n\r\n",
        b"GET /me HTTP/1.1\r\n" + HOST + HOST + b"\r\n",
        b"POST /raw HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
        b"POST /raw HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n",
        b"POST /raw HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n",
        b"POST /raw HTTP/1.0\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /\xc3\xa9 HTTP/1.1\r\n" + HOST + b"\r\n",
    ],
)
async def test_43_what_is_no_strict_http_gets_400(server: HttpServer, request_: bytes) -> None:
    received = await answer_to(server, request_)
    assert (status_of(received), rule_of(received)) == (400, "malformed_request")


@pytest.mark.parametrize(
    "fields",
    [
        [b"X-%d: y\r\n" % number for number in range(1000)],
        [b"X: " + b"y" * 65_536 + b"\r\n"],
        [b"X: " + b"y" * 10_000 + b"\r\n"] * 7,
        [b"X: ", *[b"y" * 10_000] * 200],
    ],
)
async def test_44_too_many_or_too_large_headers_get_431(server: HttpServer, fields: list[bytes]) -> None:
    received = await answer_to(server, b"GET /me HTTP/1.1\r\n" + HOST, *fields, b"\r\n")
    assert (status_of(received), rule_of(received)) == (431, "headers_too_large")


async def test_44_a_hundred_headers_of_a_usual_size_are_served(server: HttpServer) -> None:
    fields = b"".join(b"X-%d: %s\r\n" % (number, b"y" * 300) for number in range(97))
    received = await answer_to(server, me() + b"Connection: close\r\n" + fields + b"\r\n")
    assert status_of(received) == 200


async def test_99_a_token_of_a_megabyte_gets_431(server: HttpServer) -> None:
    received = await answer_to(
        server, b"GET /me HTTP/1.1\r\n" + HOST + b"Authorization: Bearer ", *[b"e" * 50_000] * 20, b"\r\n\r\n"
    )
    assert status_of(received) == 431


async def test_chunk_extensions_and_trailers_are_bounded(server: HttpServer) -> None:
    head = b"POST /raw HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n"
    extension = await answer_to(server, head, b"1;", *[b"x" * 50_000] * 20)
    trailers = await answer_to(server, head, b"0\r\n", *[b"X: " + b"y" * 50_000 + b"\r\n"] * 20)
    assert [status_of(extension), status_of(trailers)] == [400, 431]


async def test_many_small_chunks_are_an_ordinary_body(server: HttpServer) -> None:
    head = b"POST /raw HTTP/1.1\r\n" + HOST + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    received = await answer_to(server, head, b"1\r\na\r\n" * 50_000, b"0\r\n\r\n")
    assert b"50000" in received


async def test_pipelined_requests_are_answered_in_order(server: HttpServer) -> None:
    received = await answer_to(
        server,
        b"POST /raw HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\n\r\nabc",
        (me() + b"\r\n") * 2 + me() + b"Connection: close\r\n\r\n",
    )
    assert received.count(b"HTTP/1.1 200 OK") == 4
    assert received.index(b"\r\n\r\n3") < received.index(b"administrator")


async def test_an_upgrade_is_answered_as_an_ordinary_request(server: HttpServer) -> None:
    received = await answer_to(server, me() + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
    assert status_of(received) == 200


async def test_forwarded_headers_are_not_believed_and_the_server_does_not_name_itself(server: HttpServer) -> None:
    received = await answer_to(server, me() + b"X-Forwarded-For: 1.2.3.4\r\nConnection: close\r\n\r\n")
    assert b"server:" not in received.lower()
    assert b"1.2.3.4" not in received


async def test_a_taken_port_is_told(server: HttpServer) -> None:
    second = HttpServer(raw, "127.0.0.1", server.port)
    with pytest.raises(OSError, match=f"cannot listen on 127.0.0.1:{server.port}"):
        await second.start()


async def test_stopping_lets_requests_under_way_end_and_takes_no_more(server: HttpServer) -> None:
    under_way = asyncio.create_task(
        answer_to(server, b"POST /deaf HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\n\r\nabc")
    )
    await asyncio.sleep(0.3)
    begun = time.monotonic()
    await server.stop(5)
    assert 0.5 < time.monotonic() - begun < 3
    assert (await under_way).endswith(b"3")
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", server.port)
