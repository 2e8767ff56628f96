"""The store under test: in memory and in PostgreSQL, one suite for both."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from recado_chassis.storing.memory import MemoryStore
from recado_chassis.storing.migrate import migrate
from recado_chassis.storing.postgres import PostgresStore

from tests.servers.database_factory import DatabaseFactory

AnyStore = MemoryStore | PostgresStore


def migrated(dsn: str) -> None:
    migrate(dsn)


@pytest.fixture
def dsn(database: DatabaseFactory) -> str:
    """A database of this test alone, with the chassis's tables."""
    return database(migrated)


@pytest.fixture
def postgres_store(dsn: str) -> Iterator[PostgresStore]:
    with closing(PostgresStore(dsn)) as store:
        yield store


@pytest.fixture(params=["memory", "postgres"])
def store(request: pytest.FixtureRequest) -> Iterator[AnyStore]:
    if request.param == "memory":
        yield MemoryStore()
    else:
        yield request.getfixturevalue("postgres_store")
