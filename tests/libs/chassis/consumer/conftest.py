"""Both stores for what is decided in a transaction; Kafka and PostgreSQL for the rest."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from recado_chassis.store import Store
from recado_chassis.storing.memory import MemoryStore
from recado_chassis.storing.migrate import migrate
from recado_chassis.storing.postgres import PostgresStore

from tests.servers.database_factory import DatabaseFactory


def migrated(dsn: str) -> None:
    migrate(dsn)


@pytest.fixture
def dsn(database: DatabaseFactory) -> str:
    """Of a database with the chassis's tables."""
    return database(migrated)


@pytest.fixture
def postgres_store(dsn: str) -> Iterator[PostgresStore]:
    with closing(PostgresStore(dsn)) as store:
        yield store


@pytest.fixture(params=["memory", "postgres"])
def store(request: pytest.FixtureRequest) -> Store:
    if request.param == "memory":
        return MemoryStore()
    store: Store = request.getfixturevalue("postgres_store")
    return store
