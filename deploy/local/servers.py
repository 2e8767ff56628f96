"""Which Kafka and PostgreSQL a local installation runs on: given ones, else native ones, else containers."""

import os
import shutil
from pathlib import Path

from deploy.local.credentials import Secrets
from deploy.local.given import GivenKafka, GivenPostgres
from deploy.local.postgres_programs import SERVER_USER
from deploy.local.provider import Backend, Kafka, Postgres, docker_answers, new_kafka, new_postgres
from deploy.local.settings import Settings
from deploy.local.state import State
from deploy.local.system_packages import may_install, postgres_programs


def kafka_of(state: State, settings: Settings, port: int) -> Kafka:
    if settings.kafka:
        return GivenKafka(settings.kafka)
    backend = _backend(state, settings, "kafka", native=_kafka_runs_here())
    return new_kafka(backend, state.data / "kafka", port, state.logs / "kafka.log")


def postgres_of(state: State, settings: Settings, port: int, secrets: Secrets) -> Postgres:
    if settings.postgres:
        return GivenPostgres(settings.postgres)
    backend = _backend(state, settings, "postgres", native=_postgres_runs_here())
    data = postgres_folder(state) if backend == "native" else state.data / "postgres"
    return new_postgres(backend, data, port, state.logs / "postgres.log", secrets.postgres_password)


def postgres_folder(state: State) -> Path:
    return state.postgres_folder(SERVER_USER if os.geteuid() == 0 else None)


def uses_containers(state: State) -> bool:
    return "docker" in state.read("servers").values()


def _backend(state: State, settings: Settings, server: str, *, native: bool) -> Backend:
    """The configured way, else the way of last time (the data is there), else what this machine can do."""
    before = state.read("servers")
    backend: Backend = (
        settings.backend or before.get(server) or ("docker" if not native and docker_answers() else "native")
    )
    state.write("servers", {**before, server: backend})
    return backend


def _kafka_runs_here() -> bool:
    return may_install() or all(shutil.which(program) for program in ("java", "mvn"))


def _postgres_runs_here() -> bool:
    return may_install() or os.geteuid() != 0 or postgres_programs() is not None
