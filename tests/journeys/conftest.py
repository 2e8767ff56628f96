"""One running system for all journeys: real Kafka, real PostgreSQL, the simulator, and the services as processes."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from deploy.local.launcher import Launcher
from deploy.local.settings import read_settings
from deploy.local.state import State
from tests.journeys.company import Company, found
from tests.journeys.databases import Databases
from tests.journeys.world import World
from tests.simulator.client import Simulator
from tests.simulator.connections import direct_client


@pytest.fixture(scope="package")
def running() -> Iterator[tuple[Launcher, dict[str, Any]]]:
    # Not below pytest's own folder: every other run of pytest takes it away from the user of the database server.
    with tempfile.TemporaryDirectory(prefix="recado-", ignore_cleanup_errors=True) as root:
        Path(root).chmod(0o755)
        state = State(Path(root))
        state.prepare()
        yield from _running(state)


def _running(state: State) -> Iterator[tuple[Launcher, dict[str, Any]]]:
    with state.locked():
        launcher = Launcher(state, read_settings({}), print)
        try:
            yield launcher, launcher.start()
        finally:
            launcher.stack.stop()


@pytest.fixture(scope="package")
def databases() -> Iterator[Databases]:
    with closing(Databases()) as databases:
        yield databases


@pytest.fixture
async def world(running: tuple[Launcher, dict[str, Any]], databases: Databases) -> AsyncIterator[World]:
    launcher, endpoints = running
    async with direct_client(timeout=30) as http, Simulator(endpoints["simulator"]) as meta:
        world = World(launcher, endpoints, http, meta, databases)
        await world.ready()
        await meta.clear_faults()
        yield world
        await meta.clear_faults()


@pytest.fixture(scope="module")
def founded(running: tuple[Launcher, dict[str, Any]]) -> dict[str, Any]:
    return found(*running)


@pytest.fixture
async def company(world: World, founded: dict[str, Any]) -> AsyncIterator[Company]:
    """One for all tests of a file; each leaves its books balanced."""
    company = Company(world.launcher, founded, world._http, world.meta, world._databases)
    yield company
    await company.books_balance()
