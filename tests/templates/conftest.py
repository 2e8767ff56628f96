"""A fresh stage for every test of the rules; a fresh database with one office for every test of the service."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from functools import partial

import pytest
from templates import main

from tests.harness.on_database import ServiceOnDatabase, prepare
from tests.servers.database_factory import DatabaseFactory
from tests.templates.office import Office
from tests.templates.stage import Stage

PREPARED = partial(prepare, main)


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def service(database: DatabaseFactory) -> Iterator[ServiceOnDatabase]:
    running = ServiceOnDatabase(main, database(PREPARED))
    yield running
    running.close()


@pytest.fixture
async def office(service: ServiceOnDatabase) -> AsyncIterator[Office]:
    async with service.http() as client:
        yield Office(service, client)
