"""A gateway that moves files, on a database and a folder of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.gateway.media.post_room import PostRoom
from tests.simulator.client import Simulator


@pytest_asyncio.fixture
async def room(dsn: str, meta: Simulator, tmp_path: Path) -> AsyncIterator[PostRoom]:
    async with PostRoom(dsn, meta, tmp_path / "files") as room:
        await room.connect()
        yield room
