"""Direct routes: answered without ASGI where that may be, the ordinary way where not, and nobody can tell which."""

from __future__ import annotations

import asyncio
import io
import json
import re
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import pytest
from opentelemetry.sdk.trace import TracerProvider
from prometheus_client import REGISTRY
from recado_chassis import tracing
from recado_chassis.http.accounting import cause_of
from recado_chassis.http.app import App, create_app
from recado_chassis.http.direct import MOST_BYTES, Asked, Direct, told
from recado_chassis.running.server import HttpServer
from recado_chassis.service import Service
from recado_chassis.storing.memory import MemoryStore
from recado_chassis.toolbox import Toolbox
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from tests.libs.chassis.edges.boxes import build, settings_with
from tests.libs.chassis.edges.test_wire import HOST, answer_to, raw, rule_of, short_deadlines, status_of

__all__ = ["short_deadlines"]
TRACE = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Counter(Direct):
    """Says how long the body was, and which way it came. What its body begins with says how it behaves."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.turns: list[int] = []
        self.causes: list[Any] = []
        self.waiting: list[Callable[[], None]] = []

    def at_once(self, asked: Sequence[Asked]) -> None:
        self.turns.append(len(asked))
        for each in asked:
            if not each.body.startswith(b"refuse me"):
                self._take(each)

    def _take(self, asked: Asked) -> None:
        self.seen.append("direct")
        self.causes.append(asked.cause)
        if asked.body.startswith(b"fail"):
            raise ZeroDivisionError("5511987654321")
        reply = told(Response(str(len(asked.body))))
        if asked.body.startswith(b"wait"):
            asked.take()
            self.waiting.append(lambda: asked.answer(reply))
        else:
            asked.answer(reply)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.seen.append("ordinary")
        self.causes.append(cause_of(scope, None))
        await raw(scope, receive, send)


class Running:
    def __init__(self, route: Counter) -> None:
        self.route = route
        settings = settings_with()
        built = build(settings, Toolbox(MemoryStore()))
        service = Service(
            "boxes", built.streams, built.tells, answers=built.answers, raw_routes={"/count": route, "/raw": raw}
        )
        app = create_app(service, settings)
        assert isinstance(app, App)
        self.crowd = app.crowd
        self.server = HttpServer(app, "127.0.0.1", 0, idle_seconds=1)

    async def says(self, *pieces: bytes, **how: Any) -> bytes:
        return await answer_to(self.server, *pieces, **how)


@pytest.fixture
async def running() -> AsyncIterator[Running]:
    begun = Running(Counter())
    await begun.server.start()
    yield begun
    await begun.server.stop(5)


def post(body: bytes, *fields: bytes, path: bytes = b"/count", close: bool = True) -> bytes:
    more = b"".join(field + b"\r\n" for field in (*fields, *([b"Connection: close"] if close else [])))
    return b"POST %s HTTP/1.1\r\n%sContent-Length: %d\r\n%s\r\n%s" % (path, HOST, len(body), more, body)


def shape_of(received: bytes) -> list[bytes]:
    """The head without what is of one answer only."""
    lines = received.partition(b"\r\n\r\n")[0].lower().split(b"\r\n")
    varying = (b"date", b"recado-correlation-id")
    return sorted(line.split(b":")[0] if line.startswith(varying) else line for line in lines)


async def test_both_ways_give_the_same_answer(running: Running) -> None:
    direct, ordinary = await running.says(post(b"abc")), await running.says(post(b"abc", path=b"/count?"))
    assert running.route.seen == ["direct", "ordinary"]
    assert [line for line in shape_of(direct) if not line.startswith(b"content-type")] == shape_of(ordinary)
    assert (direct[-1:], ordinary[-1:]) == (b"3", b"3")
    assert re.search(rb"recado-correlation-id: [0-9a-f-]{36}\r\n", direct)


ORDINARY = {
    "what the route leaves": post(b"refuse me"),
    "a body that is large": post(b"a" * (MOST_BYTES + 1)),
    "a body without a length": b"POST /count HTTP/1.1\r\n"
    + HOST
    + b"Connection: close\r\nTransfer-Encoding: chunked\r\n"
    b"\r\n3\r\nabc\r\n0\r\n\r\n",
    "a client that waits for leave to send": post(b"abc", b"Expect: 100-continue"),
    "a header that is there twice": post(b"abc", b"X: a", b"X: b"),
    "an upgrade": post(b"", b"Connection: Upgrade", b"Upgrade: websocket", close=False),
    "a query": post(b"abc", path=b"/count?a=b"),
    "another spelling of the path": post(b"abc", path=b"/coun%74"),
    "another version": b"POST /count HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc",
    "another method": post(b"abc").replace(b"POST", b"PUT", 1),
}


@pytest.mark.parametrize("how", ORDINARY)
async def test_what_is_not_simple_goes_the_ordinary_way(running: Running, how: str) -> None:
    received = await running.says(ORDINARY[how])
    size = len(ORDINARY[how].partition(b"\r\n\r\n")[2]) if b"chunked" not in ORDINARY[how] else 3
    assert received.rpartition(b"\r\n\r\n")[2] == str(size).encode()
    assert b" 200 OK\r\n" in received
    assert running.route.seen == ["ordinary"]


@pytest.mark.parametrize("cut", [1, 20, 60, 100])
async def test_a_request_in_pieces_is_taken_once_it_is_whole(running: Running, cut: int) -> None:
    request = post(b"abc" * 20)
    received = await running.says(request[:cut], request[cut:], pause=0.05)
    assert (status_of(received), received[-2:]) == (200, b"60")
    assert running.route.seen == ["direct"]


@pytest.mark.parametrize("first", [b"abc", b"refuse me"])
async def test_requests_sent_one_behind_the_other_are_answered_in_order(running: Running, first: bytes) -> None:
    bodies = [first, b"a" * 10, b"refuse me twice", b"a" * 70_000, b"a" * 11]
    sent = [post(body, b"X: %d" % place, close=False) for place, body in enumerate(bodies)]
    received = await running.says(*[b"".join(sent), post(b"")])
    found = [int(size) for size in re.findall(rb"\r\n\r\n(\d+)", received)]
    assert found == [*map(len, bodies), 0]
    assert received.count(b"HTTP/1.1 200 OK") == len(found)


async def test_requests_behind_one_that_waits_wait_too(running: Running) -> None:
    said = asyncio.create_task(running.says(post(b"wait", close=False) + post(b"a" * 10, close=False) + post(b"")))
    await until(lambda: bool(running.route.waiting))
    await asyncio.sleep(0.1)
    assert running.route.seen == ["direct"]
    running.route.waiting.pop()()
    assert re.findall(rb"\r\n\r\n(\d+)", await said) == [b"4", b"10", b"0"]


async def test_a_client_that_has_gone_hurts_nobody(running: Running) -> None:
    with pytest.raises(TimeoutError):
        await answered(running, post(b"wait"), patience=0.2)
    await asyncio.sleep(0.05)
    running.route.waiting.pop()()
    assert running.crowd.size == 0
    assert status_of(await running.says(post(b"abc"))) == 200


async def answered(running: Running, request: bytes, patience: float) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", running.server.port)
    writer.write(request)
    try:
        async with asyncio.timeout(patience):
            return await reader.read()
    finally:
        writer.close()


@pytest.mark.usefixtures("short_deadlines")
async def test_41_a_slow_body_gets_408(running: Running) -> None:
    received = await running.says(post(b"a" * 1000)[:-990], *[b"a"] * 100, pause=0.1)
    assert (status_of(received), rule_of(received)) == (408, "request_timeout")
    assert running.route.seen == []


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (post(b"abc", b"Content-Length: 3"), 400),
        (post(b"abc", b"Transfer-Encoding: chunked"), 400),
        (post(b"abc", b"X: a", b" folded"), 400),
        (post(b"abc", HOST.strip()), 400),
        (post(b"abc").replace(HOST, b""), 400),
        (post(b"abc", *[b"X-%d: y" % number for number in range(100)]), 431),
        (post(b"abc", b"X: " + b"y" * 65_536), 431),
    ],
)
async def test_42_43_44_what_is_refused_elsewhere_is_refused_here(
    running: Running, request_: bytes, status: int
) -> None:
    assert status_of(await running.says(request_)) == status
    assert running.route.seen == []


async def test_44_a_large_head_in_the_same_piece_ends_the_connection_and_leaves_nothing(running: Running) -> None:
    large = post(b"", b"X: " + b"y" * 65_536)
    assert await running.says(post(b"abc", close=False) + large) == b""
    assert running.route.seen == []


async def test_an_idle_connection_is_closed_after_a_direct_answer(running: Running) -> None:
    begun = asyncio.get_running_loop().time()
    assert status_of(await running.says(post(b"abc", close=False))) == 200
    assert 0.8 < asyncio.get_running_loop().time() - begun < 3.0
    again = await running.says(post(b"abc", close=False), post(b"abc", close=False), pause=0.7)
    assert again.count(b"200 OK") == 2


async def test_stopping_lets_what_waits_for_its_answer_have_it(running: Running) -> None:
    said = asyncio.create_task(running.says(post(b"wait", close=False)))
    await until(lambda: bool(running.route.waiting))
    stopping = asyncio.create_task(running.server.stop(5))
    await asyncio.sleep(0.3)
    assert not stopping.done()
    running.route.waiting.pop()()
    received = await said
    await stopping
    assert (status_of(received), b"connection: close\r\n" in received) == (200, True)


async def test_more_at_once_than_may_be_get_503(running: Running) -> None:
    running.crowd.limit = 1
    said = asyncio.create_task(running.says(post(b"wait")))
    await until(lambda: bool(running.route.waiting))
    refused = await running.says(post(b"abc"))
    assert (status_of(refused), rule_of(refused)) == (503, "overloaded")
    running.route.waiting.pop()()
    assert status_of(await said) == 200
    assert status_of(await running.says(post(b"abc"))) == 200


async def test_what_comes_in_one_turn_is_asked_at_once_and_each_is_answered(running: Running) -> None:
    connections = [await asyncio.open_connection("127.0.0.1", running.server.port) for _ in range(20)]
    for place, (_, writer) in enumerate(connections):
        writer.write(post(b"refuse me" if place % 5 == 0 else b"a" * place))
    answers = [await reader.read() for reader, _ in connections]
    for _, writer in connections:
        writer.close()
    sizes = [answer.rpartition(b"\r\n\r\n")[2] for answer in answers]
    assert sizes == [b"9" if place % 5 == 0 else b"%d" % place for place in range(20)]
    assert sum(running.route.turns) == 20
    assert max(running.route.turns) > 1
    assert running.crowd.size == 0


async def test_what_fails_goes_the_ordinary_way_and_harms_no_other(running: Running, logged: io.StringIO) -> None:
    answers = await asyncio.gather(*(running.says(post(body)) for body in (b"abc", b"fail", b"a" * 10)))
    assert [answer.rpartition(b"\r\n\r\n")[2] for answer in answers] == [b"3", b"4", b"10"]
    entry = next(line for line in entries(logged) if line["event"] == "direct_way_failed")
    assert entry["error"] == "ZeroDivisionError"
    assert "98765" not in logged.getvalue()
    assert running.crowd.size == 0


async def test_a_direct_answer_is_counted_and_logged_as_any(running: Running, logged: io.StringIO) -> None:
    before = counted()
    received = await running.says(post(b"abc"))
    entry = entries(logged)[-1]
    assert (entry["event"], entry["method"], entry["route"], entry["status"]) == ("request", "POST", "/count", 200)
    assert entry["correlation_id"].encode() in received
    assert entry["trace_id"] == entry["correlation_id"].replace("-", "")
    assert counted() == before + 1


async def test_a_given_trace_is_passed_on(running: Running) -> None:
    await running.says(post(b"abc", b"traceparent: " + TRACE))
    await running.says(post(b"abc", b"traceparent: x"))
    first, second = running.route.causes
    assert first.traceparent == TRACE.decode()
    assert second.traceparent.startswith("00-" + second.correlation_id.replace("-", ""))
    assert running.route.seen == ["direct", "direct"]


async def test_while_traces_are_on_all_goes_the_ordinary_way(running: Running) -> None:
    tracing.use(TracerProvider())
    try:
        assert status_of(await running.says(post(b"abc"))) == 200
    finally:
        tracing.use(None)
    assert running.route.seen == ["ordinary"]


def counted() -> float:
    labels = {"method": "POST", "route": "/count", "status": "200"}
    return REGISTRY.get_sample_value("recado_http_requests_total", labels) or 0.0


def entries(logged: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in logged.getvalue().splitlines()]


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not true():
            await asyncio.sleep(0.01)
