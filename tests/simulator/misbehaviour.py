"""Wraps the Graph API and makes chosen calls go wrong, before or after they are accepted.

After accepting means: the send is in the log and its statuses will come, yet the caller does not see a good answer.
"""

import asyncio
import json
from dataclasses import dataclass, field

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .calls import unversioned
from .connections import hang_up
from .errors import GraphError, refusal, token_expired
from .faults import Fault, Faults, graph_call
from .graph import Graph
from .rules import Rules
from .signing import JsonObject

_PAGE = "<html><head><title>Error</title></head><body><h1>Sorry, something went wrong.</h1></body></html>"


@dataclass
class Answer:
    """What the Graph API said, kept back from the caller."""

    start: Message = field(default_factory=dict)
    body: bytes = b""

    async def collect(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
        else:
            self.body += message.get("body", b"")

    async def release(self, send: Send) -> None:
        await send(self.start)
        await send({"type": "http.response.body", "body": self.body, "more_body": False})


class Misbehaviour:
    """The ASGI application that clients of the Graph API meet."""

    def __init__(self, graph: Graph, faults: Faults, rules: Rules) -> None:
        self._graph, self._faults, self._rules = graph, faults, rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _read(receive)
        if body is None:
            return
        fault = self._faults.take_for_call(graph_call(unversioned(scope["path"]), _json(body), scope["method"]))
        if fault is None:
            await self._graph(scope, _replay(body, receive), send)
            return
        if fault.when == "before" and fault.kind != "stall":
            await self._spoil(fault, None, scope, send)
            return
        if fault.when == "before" and await _gone_within(receive, fault.seconds):
            return
        answer = await _collected(self._graph, scope, body, receive)
        if answer.start["status"] != 200 and fault.when == "after":
            self._faults.give_back(fault)
            await answer.release(send)
            return
        if fault.kind == "stall":
            await self._answer_late(fault, answer, receive, send)
            return
        await self._spoil(fault, answer, scope, send)

    async def _answer_late(self, fault: Fault, answer: Answer, receive: Receive, send: Send) -> None:
        if fault.when == "after" and await _gone_within(receive, fault.seconds):
            return
        await answer.release(send)

    async def _spoil(self, fault: Fault, answer: Answer | None, scope: Scope, send: Send) -> None:
        match fault.kind:
            case "drop" | "reset":
                await hang_up(scope, reset=fault.kind == "reset")
            case "truncate" if answer is not None:
                await _cut(answer, scope, send)
            case "not_json":
                page = Response(_PAGE, fault.status or 502, media_type="text/html; charset=utf-8")
                await page(scope, _nothing, send)
            case _:
                await self._graph.refused(self._error(fault))(scope, _nothing, send)

    def _error(self, fault: Fault) -> GraphError:
        code = fault.code if fault.code is not None else (130429 if fault.status == 429 else 131000)
        if code == 190:
            return token_expired("Monday, 23-Nov-26 10:00:00 UTC", "Monday, 23-Nov-26 10:05:00 UTC")
        error = refusal(code, "Simulated on request.", fault.status)
        error.is_transient = True if error.http_status >= 500 else None
        return error


async def _cut(answer: Answer, scope: Scope, send: Send) -> None:
    """All headers, half the body, then the connection ends."""
    await send(answer.start)
    await send({"type": "http.response.body", "body": answer.body[: len(answer.body) // 2], "more_body": True})
    await hang_up(scope)


async def _collected(app: ASGIApp, scope: Scope, body: bytes, receive: Receive) -> Answer:
    answer = Answer()
    await app(scope, _replay(body, receive), answer.collect)
    return answer


async def _gone_within(receive: Receive, seconds: float) -> bool:
    """Wait; says whether the caller hung up meanwhile."""
    try:
        await asyncio.wait_for(receive(), timeout=seconds)
    except TimeoutError:
        return False
    return True


async def _read(receive: Receive) -> bytes | None:
    """The whole request body, or None when the caller went away in the middle."""
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += bytes(message.get("body", b""))
        if not message.get("more_body", False):
            return body


def _replay(body: bytes, receive: Receive) -> Receive:
    waiting = [body]

    async def replayed() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return replayed


async def _nothing() -> Message:
    return {"type": "http.disconnect"}


def _json(body: bytes) -> JsonObject:
    try:
        value = json.loads(body) if body else {}
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
