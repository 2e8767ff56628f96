"""Real servers for every test that asks for them: one broker and one database server a run, isolated by names."""

import os
import uuid
from collections.abc import Iterator
from contextlib import closing

import pytest
from confluent_kafka.admin import AdminClient
from recado_chassis.running.interpreter import tune

from deploy.local.provider import (
    Kafka,
    Postgres,
    backend_for_tests,
    kafka_for_tests,
    new_kafka,
    new_postgres,
    postgres_for_tests,
)
from tests.servers.database_factory import DatabaseFactory, Prepare

os.environ.setdefault("RECADO_SESSION_SECONDS", "3")
"""Of the systems that tests start: what a killed worker held is free again soon."""


def pytest_report_header() -> str:
    kafka = "given by TEST_KAFKA" if os.environ.get("TEST_KAFKA") else backend_for_tests()
    postgres = "given by TEST_DATABASE" if os.environ.get("TEST_DATABASE") else backend_for_tests()
    return f"servers: Kafka {kafka}, PostgreSQL {postgres}"


def pytest_sessionstart(session: pytest.Session) -> None:
    """Several processes share one broker, which the one that hands out the tests starts: an idle broker costs too."""
    config = session.config
    shares = config.getoption("numprocesses", None) and not hasattr(config, "workerinput")
    if not shares or config.option.collectonly or "TEST_KAFKA" in os.environ:
        return
    server = kafka_for_tests()
    config.add_cleanup(server.close)
    server.start()
    os.environ["TEST_KAFKA"] = server.bootstrap


def pytest_collection_finish() -> None:
    """As services are; ten thousand tests need not be looked through for garbage again and again."""
    tune()


@pytest.fixture(scope="session", autouse=True)
def files_of_services(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Where services keep files that are told nothing else: not in the folder from which the tests were started."""
    os.environ.setdefault("RECADO_FILES_FOLDER", str(tmp_path_factory.mktemp("files")))


@pytest.fixture(scope="session")
def kafka() -> Iterator[Kafka]:
    """The broker all tests share; take `own_kafka` to stop or kill one."""
    with closing(kafka_for_tests()) as server:
        server.start()
        yield server


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """The database server all tests share; take `own_postgres` to stop or kill one."""
    with closing(postgres_for_tests()) as server:
        server.start()
        yield server


@pytest.fixture(scope="module")
def own_kafka() -> Iterator[Kafka]:
    """A broker of this module alone, to be stopped, killed and started again."""
    with closing(new_kafka(backend_for_tests())) as server:
        server.start()
        yield server


@pytest.fixture(scope="module")
def own_postgres() -> Iterator[Postgres]:
    """A database server of this module alone, to be stopped, killed and started again."""
    with closing(new_postgres(backend_for_tests())) as server:
        server.start()
        yield server


@pytest.fixture(scope="session")
def database_templates(postgres: Postgres) -> Iterator[dict[Prepare, str]]:
    """Which prepared database is the template of which preparation."""
    templates: dict[Prepare, str] = {}
    yield templates
    for name in templates.values():
        postgres.drop_database(name)


@pytest.fixture
def database(postgres: Postgres, database_templates: dict[Prepare, str]) -> Iterator[DatabaseFactory]:
    """Databases of this test alone, dropped after it."""
    factory = DatabaseFactory(postgres, database_templates)
    yield factory
    factory.drop_all()


@pytest.fixture
def topic_prefix(request: pytest.FixtureRequest) -> Iterator[str]:
    """What this test puts before its topics and groups; its topics on the shared broker are deleted after it."""
    prefix = f"t{uuid.uuid4().hex[:10]}."
    yield prefix
    if "kafka" in request.fixturenames:
        server: Kafka = request.getfixturevalue("kafka")
        _delete_topics(server.bootstrap, prefix)


def _delete_topics(bootstrap: str, prefix: str) -> None:
    admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
    names = [name for name in admin.list_topics(timeout=10).topics if name.startswith(prefix)]
    for deletion in admin.delete_topics(names, operation_timeout=10).values() if names else ():
        deletion.result()
