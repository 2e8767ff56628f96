"""Readers of GET /stream on a real server: the service in this process, or a process of its own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from recado_chassis.http.app import create_app
from recado_chassis.running.server import HttpServer

from tests.harness.on_database import ServiceOnDatabase

PATIENCE = 10.0


@dataclass
class Heard:
    name: str
    data: dict[str, Any]
    id: int | None


@dataclass
class Reader:
    """What one screen was sent, in order."""

    heard: list[Heard] = field(default_factory=list)
    pulses: int = 0
    last_id: int | None = None
    ended: bool = False
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def named(self, *names: str) -> list[Heard]:
        return [each for each in self.heard if each.name in names]

    def types(self) -> list[str]:
        return [each.data["type"] for each in self.heard if "type" in each.data]

    @property
    def unread(self) -> int | None:
        told = self.named("counters")
        return told[-1].data["unread"] if told else None

    async def until(self, fits: Callable[[Reader], Any], what: str = "that", seconds: float = PATIENCE) -> Any:
        try:
            async with asyncio.timeout(seconds):
                while not (found := fits(self)):
                    self._changed.clear()
                    await self._changed.wait()
                return found
        except TimeoutError:
            raise AssertionError(f"not heard: {what}; heard {self.heard[-5:]}") from None

    async def says(self, name: str, count: int = 1) -> list[Heard]:
        await self.until(lambda reader: len(reader.named(name)) >= count, f"{count} × {name}")
        return self.named(name)

    def take(self, block: str) -> None:
        """A block of lines, as the specification of server-sent events has them understood."""
        fields = [line.partition(":")[::2] for line in block.split("\n") if line]
        told = {name: value.removeprefix(" ") for name, value in fields if name}
        self.pulses += any(not name for name, _ in fields)
        if "id" in told:
            self.last_id = int(told["id"])
        if "data" in told:
            own = int(told["id"]) if "id" in told else None
            self.heard.append(Heard(told.get("event", "message"), json.loads(told["data"]), own))
        self._changed.set()

    def end(self) -> None:
        self.ended = True
        self._changed.set()


@dataclass
class Address:
    url: str
    http: httpx.AsyncClient

    @asynccontextmanager
    async def reader(self, who: dict[str, str], after: int | None = None) -> AsyncIterator[Reader]:
        """Connected, and told that it is ready."""
        async with self.connected(who, after) as reader:
            await reader.says("ready")
            yield reader

    @asynccontextmanager
    async def connected(self, who: dict[str, str], after: int | None = None) -> AsyncIterator[Reader]:
        headers = who if after is None else {**who, "Last-Event-ID": str(after)}
        reader = Reader()
        async with self.http.stream("GET", f"{self.url}/stream", headers=headers) as answer:
            assert answer.status_code == 200, await answer.aread()
            assert answer.headers["content-type"].startswith("text/event-stream")
            reading = asyncio.create_task(_read(answer, reader))
            try:
                yield reader
            finally:
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)


@asynccontextmanager
async def at(url: str) -> AsyncIterator[Address]:
    """One client for all readers: each of its own would read all certificates."""
    limits, timeout = httpx.Limits(max_connections=None), httpx.Timeout(30, read=None)
    async with httpx.AsyncClient(timeout=timeout, limits=limits) as client:
        yield Address(url, client)


async def _read(answer: httpx.Response, reader: Reader) -> None:
    block: list[str] = []
    try:
        async for line in answer.aiter_lines():
            if line:
                block.append(line)
            elif block:
                reader.take("\n".join(block))
                block = []
    except httpx.TransportError:
        pass
    finally:
        reader.end()


@asynccontextmanager
async def served(service: ServiceOnDatabase) -> AsyncIterator[Address]:
    """The service behind a socket, with what it runs in every process."""
    server = HttpServer(create_app(service.service, service._settings), "127.0.0.1", 0)
    await server.start()
    try:
        async with service.at_work(), at(f"http://127.0.0.1:{server.port}") as address:
            yield address
    finally:
        await server.stop(5)
