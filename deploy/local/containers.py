"""Kafka and PostgreSQL as containers, where a Docker engine answers."""

import hashlib
import secrets
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import docker
import docker.errors
import psycopg

from deploy.local.databases import Databases
from deploy.local.errors import LocalError
from deploy.local.kafka_ready import answers
from deploy.local.ports import free_port
from deploy.local.postgres import OWNER, SETTINGS
from deploy.local.waiting import wait_for

KAFKA_IMAGE = "confluentinc/cp-kafka:7.9.2"
POSTGRES_IMAGE = "postgres:17"
KAFKA_INSIDE = 9093
POSTGRES_INSIDE = 5432


@cache
def engine_answers() -> bool:
    try:
        return bool(docker.from_env(timeout=2).ping())
    except docker.errors.DockerException:
        return False


def volume_of(data: Path | None) -> str | None:
    """The named volume that stands for a data folder: containers do not write into folders of the host."""
    return f"recado-{data.name}-{hashlib.sha256(str(data).encode()).hexdigest()[:8]}" if data else None


class ContainerServer:
    """Start, stop and kill of one container whose port stays the same, so that it comes back where it was."""

    pid = None

    def __init__(self, make: Callable[[int], Any], port: int | None, volume: str | None) -> None:
        self.port = port or free_port()
        self._volume = volume
        self._make = make
        self._container: Any = None

    def start(self) -> None:
        if self._container is None:
            self._container = self._make(self.port)
            self._container.start()
        else:
            self._container.get_wrapped_container().start()
        wait_for(self.ready, seconds=90, what="the container's server to answer")

    def ready(self) -> bool:
        raise NotImplementedError

    def stop(self) -> None:
        if self._container:
            self._container.get_wrapped_container().stop(timeout=20)

    def kill(self) -> None:
        if self._container:
            self._container.get_wrapped_container().kill()

    def close(self) -> None:
        """Remove the container; a named volume stays."""
        if self._container:
            self._container.stop()
            self._container = None


class ContainerKafka(ContainerServer):
    backend = f"Docker ({KAFKA_IMAGE})"

    def __init__(self, port: int | None = None, volume: str | None = None) -> None:
        super().__init__(self._new, port, volume)

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.port}"

    def ready(self) -> bool:
        return answers(self.bootstrap, within=2)

    def _new(self, port: int) -> Any:
        from testcontainers.community.kafka import KafkaContainer

        container = KafkaContainer(KAFKA_IMAGE, port=KAFKA_INSIDE).with_kraft().with_bind_ports(KAFKA_INSIDE, port)
        container.with_env("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false")
        container.with_env("KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS", "1000")
        if self._volume:
            container.with_volume_mapping(self._volume, "/var/lib/kafka/data", "rw")
        return container


class ContainerPostgres(ContainerServer, Databases):
    backend = f"Docker ({POSTGRES_IMAGE})"

    def __init__(self, port: int | None = None, volume: str | None = None, password: str | None = None) -> None:
        super().__init__(self._new, port, volume)
        self._password = password or secrets.token_urlsafe(18)

    def dsn(self, database: str = "postgres") -> str:
        return f"postgresql://{OWNER}:{self._password}@127.0.0.1:{self.port}/{database}"

    def ready(self) -> bool:
        try:
            return self.has_database("postgres")
        except psycopg.OperationalError:
            return False

    def stop(self, immediate: bool = False) -> None:
        if immediate and self._container:
            self._container.get_wrapped_container().kill(signal="SIGQUIT")
        super().stop()

    def _new(self, port: int) -> Any:
        from testcontainers.community.postgres import PostgresContainer

        container = PostgresContainer(POSTGRES_IMAGE, username=OWNER, password=self._password, dbname="postgres")
        inside = {**SETTINGS, "listen_addresses": "*", "unix_socket_directories": "/var/run/postgresql"}
        container.with_command([f"-c{name}={value}" for name, value in inside.items()])
        container.with_bind_ports(POSTGRES_INSIDE, port)
        if self._volume:
            container.with_volume_mapping(self._volume, "/var/lib/postgresql/data", "rw")
        return container


def remove_volumes(*names: str) -> None:
    """Remove named volumes; missing ones are fine."""
    client = docker.from_env(timeout=10)
    for name in names:
        try:
            client.volumes.get(name).remove(force=True)
        except docker.errors.NotFound:
            continue
        except docker.errors.APIError as error:
            raise LocalError(f"Docker could not remove the volume {name}: {error}") from error
