"""The one place that decides which Kafka and which PostgreSQL the launcher and the tests get."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Protocol

from deploy.local.errors import LocalError
from deploy.local.given import GivenKafka, GivenPostgres
from deploy.local.kafka import NativeKafka
from deploy.local.postgres import NativePostgres

Backend = Literal["native", "docker"]


class Server(Protocol):
    @property
    def backend(self) -> str:
        """What runs, for people to read."""

    @property
    def pid(self) -> int | None:
        """The process that runs it here, if it is one of ours and runs."""

    def start(self) -> None:
        """Start it and wait until it is ready; one that runs already is fine."""

    def kill(self) -> None:
        """End it without any chance to tidy up."""

    def close(self) -> None:
        """End it for good; what was temporary is removed."""


class Kafka(Server, Protocol):
    @property
    def bootstrap(self) -> str:
        """host:port for clients; the same after a stop and a start."""

    def stop(self) -> None:
        """End it as SIGTERM does."""


class Postgres(Server, Protocol):
    def dsn(self, database: str = "postgres") -> str:
        """How to connect to one of its databases."""

    def stop(self, immediate: bool = False) -> None:
        """End it: fast, or immediate (recovery at the next start)."""

    def create_database(self, name: str, template: str | None = None) -> str:
        """A new database, empty or a copy of `template`; gives its DSN."""

    def ensure_database(self, name: str) -> str:
        """The database of that name, made if it is not there; gives its DSN."""

    def drop_database(self, name: str) -> None:
        """Drop it, sending away who is connected."""


def backend_for_tests(environment: Mapping[str, str] = os.environ) -> Backend:
    """TEST_BACKEND, else Docker where an engine answers, else native."""
    return backend_named(environment.get("TEST_BACKEND")) or ("docker" if docker_answers() else "native")


def kafka_for_tests(environment: Mapping[str, str] = os.environ) -> Kafka:
    """The broker at TEST_KAFKA, else a new temporary one."""
    given = environment.get("TEST_KAFKA")
    return GivenKafka(given) if given else new_kafka(backend_for_tests(environment))


def postgres_for_tests(environment: Mapping[str, str] = os.environ) -> Postgres:
    """The server at TEST_DATABASE (its user must be allowed to create databases), else a new temporary one, which no
    test stops: it waits for no disk."""
    given = environment.get("TEST_DATABASE")
    return GivenPostgres(given) if given else new_postgres(backend_for_tests(environment), fsync=False)


def new_kafka(backend: Backend, data: Path | None = None, port: int | None = None, log: Path | None = None) -> Kafka:
    """A broker that keeps its records under the name of `data`; without it a temporary one."""
    if backend == "native":
        return NativeKafka(data, port, log)
    from deploy.local.containers import ContainerKafka, volume_of

    return ContainerKafka(port, volume_of(data))


def new_postgres(
    backend: Backend,
    data: Path | None = None,
    port: int | None = None,
    log: Path | None = None,
    password: str | None = None,
    *,
    fsync: bool = True,
) -> Postgres:
    """A server that keeps its databases under the name of `data`; without it a temporary one."""
    if backend == "native":
        return NativePostgres(data, port, log, password, fsync=fsync)
    from deploy.local.containers import ContainerPostgres, volume_of

    return ContainerPostgres(port, volume_of(data), password)


def docker_answers() -> bool:
    """True where a Docker engine can be asked; loaded late, for most machines of developers need no Docker here."""
    try:
        from deploy.local.containers import engine_answers
    except ImportError:
        return False
    return engine_answers()


def backend_named(name: str | None) -> Backend | None:
    match name:
        case None | "":
            return None
        case "native" | "docker":
            return name
        case _:
            raise LocalError(f"unknown back end {name!r}: say native or docker")
