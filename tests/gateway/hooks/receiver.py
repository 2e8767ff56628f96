"""A receiver of deliveries: a real server that answers well, badly, elsewhere, slowly or never."""

from __future__ import annotations

import asyncio
import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID


@dataclass(frozen=True)
class Request:
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.body)
        return told

    @property
    def id(self) -> UUID:
        return UUID(self.headers["webhook-id"])

    def is_signed_with(self, secret: str) -> bool:
        """As Standard Webhooks has receivers check it."""
        key = b64decode(secret.removeprefix("whsec_"))
        signed = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}.".encode() + self.body
        wanted = b64encode(hmac.digest(key, signed, "sha256")).decode()
        return f"v1,{wanted}" in self.headers["webhook-signature"].split(" ")


Answer = Callable[[Request], int | str]
"""A status; `hang`, `close`, or a whole answer."""


class Receiver:
    """`async with Receiver(answer)`; what came is in `requests`, in order."""

    def __init__(self, answer: Answer = lambda _: 204, seconds: float = 0.0, tls: Any = None) -> None:
        self.answer = answer
        self.seconds = seconds
        self.requests: list[Request] = []
        self._tls = tls
        self._open: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/hooks"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for writer in self._open:
            writer.close()

    @property
    def names(self) -> list[str]:
        """What the events that came say, in order."""
        return [request.event["data"]["name"] for request in self.requests]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            request = Request(first.split(" ")[1], headers, body)
            self.requests.append(request)
            await asyncio.sleep(self.seconds)
            await self._respond(self.answer(request), writer)
        writer.close()
        self._open.discard(writer)

    async def _respond(self, answer: int | str, writer: asyncio.StreamWriter) -> None:
        if answer == "hang":
            await asyncio.sleep(3600)
        if answer == "close":
            return
        text = answer if isinstance(answer, str) else f"HTTP/1.1 {answer} So\r\ncontent-length: 0\r\n\r\n"
        writer.write(text.encode())
        await writer.drain()
