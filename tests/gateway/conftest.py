"""The gateway from its own build(), on a real database, against a real simulator of Meta's Graph API."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio
from gateway import main

from tests.gateway.meta import SimulatorProcess
from tests.gateway.stage import Stage
from tests.harness.on_database import prepare
from tests.servers.database_factory import DatabaseFactory
from tests.simulator.client import Simulator

PREPARED = partial(prepare, main)


@pytest.fixture(scope="session")
def simulator_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatorProcess]:
    """Meta, for all tests of a run; take `meta` to talk to it."""
    with closing(SimulatorProcess(tmp_path_factory.mktemp("meta"))) as process:
        yield process


@pytest_asyncio.fixture
async def meta(simulator_process: SimulatorProcess) -> AsyncIterator[Simulator]:
    """Meta as on its first day; statuses come only when a test asks for them."""
    async with Simulator(simulator_process.url) as simulator:
        await simulator.reset()
        await simulator.change_rules(auto_statuses=[])
        yield simulator


@pytest.fixture
def dsn(database: DatabaseFactory) -> str:
    return database(PREPARED)


@pytest_asyncio.fixture
async def stage(dsn: str, meta: Simulator) -> AsyncIterator[Stage]:
    """A gateway and its organisation, not connected to any number yet."""
    async with Stage(dsn, meta) as stage:
        yield stage


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    return tmp_path
