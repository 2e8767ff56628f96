"""`recado`: the commands of the platform, and of every service that is installed beside it."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from recado_chassis import logs
from recado_chassis.operating import events, inbox, parked
from recado_chassis.operating.answers import AsJson, ServiceName, say, store_of_environment, telling
from recado_chassis.operating.lag import lag
from recado_chassis.operating.rebuilding import rebuild_views
from recado_chassis.producing.topics import create_topics
from recado_chassis.running import installed
from recado_chassis.settings import DatabaseSettings, KafkaSettings
from recado_chassis.storing.migrate import migrate
from recado_chassis.verifying.command import verify

program = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
topics = typer.Typer(no_args_is_help=True, help="Kafka's topics, as the catalogue has them.")
log = typer.Typer(no_args_is_help=True, help="A service's log of events.")
program.add_typer(topics, name="topics")
program.add_typer(log, name="log")
program.add_typer(parked.commands, name="parked")
program.add_typer(inbox.commands, name="inbox")
program.add_typer(events.commands, name="events")
program.command("lag")(lag)
program.command("rebuild")(rebuild_views)
program.command("verify")(verify)


@program.command("migrate")
def migrate_service(service: ServiceName, as_json: AsJson = False) -> None:
    """Bring the service's database at RECADO_DATABASE to the tables its code expects; may be repeated."""
    with telling():
        found = installed.service(service)
        outdated = migrate(DatabaseSettings.from_environment().dsn(), found.migrations, found.shows)
    say({"service": service, "rebuild": outdated}, f"{service}: the database is as this version needs it", as_json)
    if outdated and not as_json:
        typer.echo("\n".join(f"now rebuild: recado rebuild {service} {name}" for name in outdated))


@topics.command("create")
def create(
    replicas: Annotated[
        int | None, typer.Option(min=1, max=9, help="Of new topics; 3 where there are brokers.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Create what is missing at RECADO_KAFKA and alter what differs; may be repeated."""
    with telling():
        settings = KafkaSettings.from_environment()
        outcomes = create_topics(settings.kafka, prefix=settings.topic_prefix, replicas=replicas)
    told = "\n".join(f"{outcome.name}: {outcome.done}" for outcome in outcomes)
    say([{"name": outcome.name, "done": outcome.done} for outcome in outcomes], told, as_json)


@log.command("renew")
def renew(as_json: AsJson = False) -> None:
    """Give the log at RECADO_DATABASE a new id, after the database was restored from a backup.

    Subscribers of the service then stop at its first record and ask an operator where to go on.
    """
    with store_of_environment() as store:
        before, after = store.log_id(), store.renew_log()
    say({"before": before, "after": after}, f"the log {before} is now {after}", as_json)


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
    own = (*(each.name for each in program.registered_groups), *(each.name for each in program.registered_commands))
    known = (*sorted(name for name in own if name), *sorted(installed.commands()))
    if asked is not None and asked not in known:
        typer.echo(f"recado: no command or installed service `{asked}`. There are: {', '.join(known)}.", err=True)
        sys.exit(2)
    assembled(asked)()
