"""`recado`: the commands of the platform, and of every service that is installed beside it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from recado_chassis import logs
from recado_chassis.following.rebuild import RebuildRuns, rebuild
from recado_chassis.producing.topics import KafkaUnavailable, TopicsRefused, create_topics
from recado_chassis.running import installed
from recado_chassis.running.installed import UnknownService
from recado_chassis.settings import DatabaseSettings, InvalidSettings, KafkaSettings
from recado_chassis.store import Unavailable
from recado_chassis.storing.migrate import MigrationFailed, migrate
from recado_chassis.storing.postgres import PostgresStore

_TOLD = (InvalidSettings, UnknownService, Unavailable, MigrationFailed, RebuildRuns, KafkaUnavailable, TopicsRefused)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
ServiceName = Annotated[str, typer.Argument(help="gateway, conversations, crm …")]


program = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
topics = typer.Typer(no_args_is_help=True, help="Kafka's topics, as the catalogue has them.")
log = typer.Typer(no_args_is_help=True, help="A service's log of events.")
program.add_typer(topics, name="topics")
program.add_typer(log, name="log")


@program.command("migrate")
def migrate_service(service: ServiceName, as_json: AsJson = False) -> None:
    """Bring the service's database at RECADO_DATABASE to the tables its code expects; may be repeated."""
    with _telling():
        found = installed.service(service)
        outdated = migrate(DatabaseSettings.from_environment().dsn(), found.migrations, found.shows)
    _say({"service": service, "rebuild": outdated}, f"{service}: the database is as this version needs it", as_json)
    if outdated and not as_json:
        typer.echo("\n".join(f"now rebuild: recado rebuild {service} {name}" for name in outdated))


@program.command("rebuild")
def rebuild_projection(service: ServiceName, projection: str, as_json: AsJson = False) -> None:
    """Build a view anew beside the one that serves, and swap them. Needs the service's own settings."""
    with _telling():
        found = installed.service(service)
        shown = found.projection(projection)
        dsn = DatabaseSettings.from_environment().dsn()
        position = rebuild(dsn, shown, found.mapper(), _progress)
    told = f"{projection} shows {service}'s log up to position {position}"
    _say({"service": service, "projection": projection, "position": position}, told, as_json)


@topics.command("create")
def create(
    replicas: Annotated[
        int | None, typer.Option(min=1, max=9, help="Of new topics; 3 where there are brokers.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Create what is missing at RECADO_KAFKA and alter what differs; may be repeated."""
    with _telling():
        settings = KafkaSettings.from_environment()
        outcomes = create_topics(settings.kafka, prefix=settings.topic_prefix, replicas=replicas)
    told = "\n".join(f"{outcome.name}: {outcome.done}" for outcome in outcomes)
    _say([{"name": outcome.name, "done": outcome.done} for outcome in outcomes], told, as_json)


@log.command("renew")
def renew(as_json: AsJson = False) -> None:
    """Give the log at RECADO_DATABASE a new id, after the database was restored from a backup.

    Subscribers of the service then stop at its first record and ask an operator where to go on.
    """
    with _telling():
        store = PostgresStore(DatabaseSettings.from_environment().dsn())
        before, after = store.log_id(), store.renew_log()
        store.close()
    _say({"before": before, "after": after}, f"the log {before} is now {after}", as_json)


def _say(data: Any, told: str, as_json: bool) -> None:
    typer.echo(json.dumps(data) if as_json else told)


def _progress(position: int, end: int) -> None:
    typer.echo(f"{position} of {end}", err=True)


@contextmanager
def _telling() -> Iterator[None]:
    try:
        yield
    except _TOLD as error:
        typer.echo(f"recado: {error}", err=True)
        raise typer.Exit(1) from None


def assembled(asked: str | None) -> typer.Typer:
    """Our commands and those of every installed service; only the one that is asked for is imported."""
    for name, entry in sorted(installed.commands().items()):
        group = entry.load() if name == asked else typer.Typer(help=f"Commands of the service {name}.")
        program.add_typer(group, name=name)
    return program


def main() -> None:
    """The console script."""
    logs.configure("recado", "WARNING", sys.stderr)
    asked = next((word for word in sys.argv[1:] if not word.startswith("-")), None)
    own = ("migrate", "rebuild", "topics", "log")
    known = (*own, *sorted(installed.commands()))
    if asked is not None and asked not in known:
        typer.echo(f"recado: no command or installed service `{asked}`. There are: {', '.join(known)}.", err=True)
        sys.exit(2)
    assembled(asked)()
