"""A webhook receiver that keeps every byte and answers as a test scripts it."""

import asyncio
import contextlib
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.simulator.connections import ReachableProtocol
from tests.simulator.signing import JsonObject

SECRET = "an-app-secret-of-tests-0123456789"


@contextlib.asynccontextmanager
async def serving(app: ASGIApp) -> AsyncIterator[str]:
    """The base URL of a real server for this application on a free port.

    Started and stopped by its parts: `serve` would take the process's signals and a third of a second to end.
    """
    settings = uvicorn.Config(app, port=0, http=ReachableProtocol, ws="none", log_level="warning")
    settings.load()
    server = uvicorn.Server(settings)
    server.lifespan = settings.lifespan_class(settings)
    await server.startup()
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        for listener in server.servers:
            listener.close()
        for connection in list(server.server_state.connections):
            connection.transport.abort()
        await server.lifespan.shutdown()


@dataclass(frozen=True)
class Received:
    headers: list[tuple[bytes, bytes]]
    body: bytes

    def header(self, name: str) -> bytes:
        return next((value for key, value in self.headers if key == name.encode()), b"")

    @property
    def is_signed(self) -> bool:
        wanted = hmac.new(SECRET.encode(), self.body, hashlib.sha256).hexdigest()
        return self.header("x-hub-signature-256") == b"sha256=" + wanted.encode()

    @property
    def json(self) -> JsonObject:
        value = json.loads(self.body)
        assert isinstance(value, dict)
        return value

    @property
    def values(self) -> list[JsonObject]:
        return [change["value"] for entry in self.json["entry"] for change in entry["changes"]]


@dataclass
class Receiver:
    """`answers` are used up first, then 200; `verify_token` is what the handshake must show."""

    answers: list[int] = field(default_factory=list)
    verify_token: str = "a-verify-token"
    hold: float = 0.0
    received: list[Received] = field(default_factory=list)
    handshakes: list[str] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if scope["method"] == "GET":
            await self._shake(scope, send)
            return
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        body = await _whole(receive)
        await asyncio.sleep(self.hold)
        self.received.append(Received(list(scope["headers"]), body))
        self.at_once -= 1
        await _answer(send, self.answers.pop(0) if self.answers else 200, b"")

    async def _shake(self, scope: Scope, send: Send) -> None:
        query = {name: values[0] for name, values in parse_qs(scope["query_string"].decode()).items()}
        self.handshakes.append(scope["path"])
        welcome = query.get("hub.mode") == "subscribe" and query.get("hub.verify_token") == self.verify_token
        await _answer(send, 200 if welcome else 403, query.get("hub.challenge", "").encode() if welcome else b"")

    @property
    def values(self) -> list[JsonObject]:
        return [value for one in self.received for value in one.values]

    @property
    def messages(self) -> list[JsonObject]:
        return [message for value in self.values for message in value.get("messages", [])]

    @property
    def statuses(self) -> list[JsonObject]:
        return [status for value in self.values for status in value.get("statuses", [])]


async def _whole(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if not message.get("more_body", False):
            return body


async def _answer(send: Send, status: int, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": body})
