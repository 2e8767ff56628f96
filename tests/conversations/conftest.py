"""A fresh stage for every test of the rules; a fresh database with one office for every test of the service."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path

import pytest
from conversations import main

from tests.conversations.office import Office
from tests.conversations.stage import Stage
from tests.harness.on_database import ServiceOnDatabase, prepare
from tests.servers.database_factory import DatabaseFactory

PREPARED = partial(prepare, main)


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def service(request: pytest.FixtureRequest, database: DatabaseFactory, tmp_path: Path) -> Iterator[ServiceOnDatabase]:
    """A test may name settings that are not the usual ones, as the fixture's parameter."""
    running = ServiceOnDatabase(
        main, database(PREPARED), {"files_folder": str(tmp_path / "files"), **getattr(request, "param", {})}
    )
    yield running
    running.close()


@pytest.fixture
async def office(service: ServiceOnDatabase) -> AsyncIterator[Office]:
    async with service.http() as client:
        office = Office(service, client)
        await office.open()
        yield office


@pytest.fixture
def shop(office: Office) -> Office:
    """One that may write first."""
    office.may_write_first()
    return office
