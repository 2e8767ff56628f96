"""The services installed in this environment, found by the entry point of their commands."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from importlib.resources import files
from pathlib import Path
from typing import Any

from recado_chassis.mapper import Mapper
from recado_chassis.service import Projection, Service
from recado_chassis.settings import ServiceSettings
from recado_chassis.storing.postgres import PostgresStore
from recado_chassis.toolbox import Toolbox

GROUP = "recado.commands"


class UnknownService(Exception):
    """No service, or no projection of it, has this name; says which there are."""


def commands() -> dict[str, EntryPoint]:
    """The commands of each installed service, not imported yet."""
    return {entry.name: entry for entry in entry_points(group=GROUP)}


@dataclass(frozen=True, slots=True)
class Installed:
    """A service by the rooms every service has: `main` with `build` and `SHOWS`, `settings`, `migrations`."""

    name: str
    main: Any

    @property
    def shows(self) -> Sequence[Projection]:
        return tuple(getattr(self.main, "SHOWS", ()))

    @property
    def migrations(self) -> Path | None:
        """The folder of its SQL; None where it has none."""
        folder = Path(str(files(self.name) / "migrations"))
        return folder if folder.is_dir() else None

    def projection(self, name: str) -> Projection:
        """Raises UnknownService."""
        for projection in self.shows:
            if projection.name == name:
                return projection
        raise UnknownService(f"{self.name} has no view `{name}`. It has: {_listed(p.name for p in self.shows)}.")

    @property
    def settings(self) -> type[ServiceSettings]:
        model: type[ServiceSettings] = importlib.import_module(f"{self.name}.settings").Settings
        return model

    def built(self) -> tuple[Service, str]:
        """The service on its database, built from the environment, and the prefix of its topics. It publishes nothing.
        Raises InvalidSettings."""
        settings = self.settings.from_environment()
        store = PostgresStore(settings.dsn())
        return self.main.build(settings, Toolbox(store, connection=store.connection)), settings.topic_prefix

    def mapper(self) -> Mapper:
        """Of the types its log holds. Raises InvalidSettings."""
        return self.built()[0].streams.mapper


def service(name: str) -> Installed:
    """Raises UnknownService."""
    entry = commands().get(name)
    if entry is None:
        raise UnknownService(f"No service `{name}` is installed. There are: {_listed(sorted(commands()))}.")
    package = entry.module.partition(".")[0]
    return Installed(package, importlib.import_module(f"{package}.main"))


def _listed(names: Any) -> str:
    return ", ".join(names) or "none"
