"""How commands answer: lines for people, JSON for programs, errors that say what to do, exit code 1 for them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Annotated, Any

import typer

from recado_chassis.consuming.parked import NotFirst, NotParked
from recado_chassis.consuming.partitions import CannotResume
from recado_chassis.following.rebuild import RebuildRuns
from recado_chassis.producing.topics import KafkaUnavailable, TopicsRefused
from recado_chassis.running import installed
from recado_chassis.running.installed import UnknownService
from recado_chassis.settings import DatabaseSettings, InvalidSettings
from recado_chassis.store import Fenced, Unavailable
from recado_chassis.storing.migrate import MigrationFailed
from recado_chassis.storing.postgres import PostgresStore

_TOLD = (
    CannotResume,
    Fenced,
    InvalidSettings,
    KafkaUnavailable,
    MigrationFailed,
    NotFirst,
    NotParked,
    RebuildRuns,
    TopicsRefused,
    Unavailable,
    UnknownService,
)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
ServiceName = Annotated[str, typer.Argument(help="gateway, conversations, crm …")]


def say(data: Any, told: str, as_json: bool) -> None:
    typer.echo(json.dumps(data, default=str) if as_json else told)


def table(heads: Sequence[str], rows: Iterable[Sequence[Any]], empty: str) -> str:
    """Columns as wide as they need to be; `empty` where there is nothing to show."""
    lines = [[str(cell) for cell in row] for row in rows]
    if not lines:
        return empty
    lines = [list(heads), *lines]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


@contextmanager
def telling() -> Iterator[None]:
    """Errors that an operator can do something about become a line and exit code 1."""
    try:
        yield
    except _TOLD as error:
        typer.echo(f"recado: {error}", err=True)
        raise typer.Exit(1) from None


@contextmanager
def store_of(service: str) -> Iterator[PostgresStore]:
    """The database of an installed service, at RECADO_DATABASE."""
    with telling():
        installed.service(service)
    with store_of_environment() as store:
        yield store


@contextmanager
def store_of_environment() -> Iterator[PostgresStore]:
    """The service's database at RECADO_DATABASE."""
    with telling(), closing(PostgresStore(DatabaseSettings.from_environment().dsn())) as store:
        yield store
