"""Bytes on a connection to a service of the running system, and what comes back until it is closed."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from tests.journeys.world import World


@dataclass(frozen=True)
class Closed:
    """What was answered before the connection was closed, and how long that took."""

    received: bytes
    seconds: float

    @property
    def status(self) -> int:
        """0 where nothing was answered."""
        return int(self.received.split(b" ", 2)[1]) if self.received else 0

    @property
    def rule(self) -> str:
        return str(json.loads(self.received.partition(b"\r\n\r\n")[2])["rule"])

    @property
    def told(self) -> tuple[int, str]:
        return self.status, self.rule


async def say(
    world: World, service: str, *pieces: bytes, pause: float = 0.0, tail: Sequence[bytes] = (), patience: float = 15.0
) -> Closed:
    """Writes the pieces at once, then those of the tail one by one with a pause before each, as long as it is let."""
    address = urlsplit(world.endpoints[service])
    begun = time.monotonic()
    reader, writer = await asyncio.open_connection(address.hostname, address.port)

    async def write() -> None:
        with contextlib.suppress(ConnectionError):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
            for piece in tail:
                await asyncio.sleep(pause)
                writer.write(piece)
                await writer.drain()

    writing = asyncio.create_task(write())
    received = b""
    try:
        async with asyncio.timeout(patience):
            with contextlib.suppress(ConnectionError):
                while part := await reader.read(65536):
                    received += part
    finally:
        writing.cancel()
        writer.close()
    return Closed(received, time.monotonic() - begun)
