"""A gateway whose outgoing webhooks work, on a database of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.gateway.hooks.receiver import Receiver
from tests.gateway.hooks.switchboard import Switchboard


@pytest_asyncio.fixture
async def board(dsn: str) -> AsyncIterator[Switchboard]:
    async with Switchboard(dsn) as board:
        yield board


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as receiver:
        yield receiver
