"""The services of one installation, each built as its processes are, and where its own checks are found."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, cast

from psycopg import Connection

from recado_chassis.running import installed
from recado_chassis.service import Service
from recado_chassis.settings import DatabaseSettings
from recado_chassis.storing.postgres import PostgresStore
from recado_chassis.verifying.evidence import Check, Evidence
from recado_chassis.verifying.figures import Figure

GROUP = "recado.checks"


@dataclass(frozen=True, slots=True)
class Site:
    """One service and its database."""

    service: Service
    store: PostgresStore
    dsn: str
    prefix: str
    """Of its topics."""
    check: Check | None
    told: Mapping[str, str]
    """By its environment."""

    @property
    def name(self) -> str:
        return self.service.name

    def checked(self, connection: Connection[Any], evidence: Evidence) -> list[Figure]:
        """The service's own figures, taken with its own settings."""
        if self.check is None:
            return []
        with _environment(self.told):
            return list(self.check(connection, evidence))


@contextmanager
def site(name: str, told: Mapping[str, str]) -> Iterator[Site]:
    """`told` stands above the environment while the service is built. Raises UnknownService and InvalidSettings."""
    with _environment(told):
        service, prefix = installed.service(name).built()
        dsn = DatabaseSettings.from_environment().dsn()
    with closing(cast(PostgresStore, service.streams.store)) as store:
        yield Site(service, store, dsn, prefix, check_of(name), told)


def told_by(folder: Path, name: str, endpoints: Mapping[str, Any]) -> dict[str, str]:
    """What the service's processes are told, where the launcher wrote it, at the addresses of the endpoints."""
    file = folder / "environments" / name
    lines = shlex.split(file.read_text()) if file.exists() else []
    told = {variable: value for variable, _, value in (line.partition("=") for line in lines)}
    return {**told, "RECADO_DATABASE": endpoints["databases"][name], "RECADO_KAFKA": endpoints["kafka"]}


def check_of(name: str) -> Check | None:
    """The service's own, None where it has none."""
    found = [entry for entry in entry_points(group=GROUP) if entry.name == name]
    return cast(Check, found[0].load()) if found else None


@contextmanager
def _environment(told: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(told)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
