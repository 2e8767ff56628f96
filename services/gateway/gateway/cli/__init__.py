"""Commands of gateway in the `recado` program."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer
from recado_chassis.producing.producer import Batcher
from recado_chassis.producing.records import NotAcknowledged, TooLarge, UnknownTopic
from recado_chassis.producing.topics import KafkaUnavailable
from recado_chassis.running import installed
from recado_chassis.settings import DatabaseSettings, InvalidSettings, KafkaSettings
from recado_chassis.store import Unavailable
from recado_chassis.storing.postgres import PostgresStore
from recado_chassis.toolbox import Toolbox
from recado_events.catalogue import INBOUND
from recado_events.gateway import PUBLISHED
from recado_events.ids import PhoneNumberId, WabaId

from gateway.application.accounts import Resealed
from gateway.application.archive import Heap, Quarantine, Span
from gateway.application.folds import CHANNEL
from gateway.cli.canary import CanaryLost, fly
from gateway.domain.channel import channel_stream
from gateway.domain.private import PRIVATE
from gateway.settings import CanarySettings, TokenSettings

Number = Annotated[str | None, typer.Option("--phone-number-id", help="Meta's id of a business number.")]
OneNumber = Annotated[str, typer.Option("--phone-number-id", help="Meta's id of the business number.")]
Account = Annotated[str | None, typer.Option("--waba-id", help="Only of this WhatsApp Business Account.")]
Limit = Annotated[int, typer.Option(min=1, max=1000, help="At most so many lines.")]
Since = Annotated[datetime, typer.Option("--since", help="Received at this time or later, UTC.")]
Before = Annotated[datetime, typer.Option("--before", help="Received before this time, UTC.")]
Kind = Annotated[str | None, typer.Option("--type", help="Only of this type: inbound.message.v1 …")]
Rate = Annotated[float, typer.Option(min=1, help="At most so many a second: what customers write stands behind them.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]

commands = typer.Typer(no_args_is_help=True, help="Webhooks in, messages out, channels.")
quarantine = typer.Typer(no_args_is_help=True, help="Updates whose number nobody here served when they came.")
commands.add_typer(quarantine, name="quarantine")
archive = typer.Typer(no_args_is_help=True, help="Every update as it came, for RECADO_ARCHIVE_DAYS.")
commands.add_typer(archive, name="archive")
tokens = typer.Typer(no_args_is_help=True, help="Access tokens, sealed with RECADO_TOKEN_KEY.")
commands.add_typer(tokens, name="tokens")


@quarantine.command("list")
def list_heaps(number: Number = None, account: Account = None, limit: Limit = 50, as_json: AsJson = False) -> None:
    """What is in quarantine at RECADO_DATABASE, by number, kind and standing, the latest first."""
    with _store() as store:
        heaps = _quarantine(store).heaps(number, account, limit)
    told = [_line(heap) for heap in heaps] or ["nothing is in quarantine"]
    typer.echo(json.dumps([asdict(heap) for heap in heaps], default=str) if as_json else "\n".join(told))


@quarantine.command("release")
def release(number: OneNumber, account: Account = None, as_json: AsJson = False) -> None:
    """Have what is held of a number looked at once more; a running worker passes it on if it is served by now.

    Connecting a number does this by itself. What carries somebody else's tag is never passed on.
    """
    with _store() as store:
        if _account_of(store, PhoneNumberId(number)) is None:
            typer.echo(f"recado: nobody here serves {number}: connect it, and what is held of it goes in.", err=True)
            raise typer.Exit(1)
        count = _quarantine(store).release(number, account)
    told = f"{count} update(s) of {number} are looked at again; workers of the gateway pass them on within seconds"
    typer.echo(json.dumps({"phone_number_id": number, "waba_id": account, "count": count}) if as_json else told)


@archive.command("publish")
def publish(
    since: Since, before: Before, number: Number = None, kind: Kind = None, rate: Rate = 200, as_json: AsJson = False
) -> None:
    """Publish once more what came in a span of time, with its ids and texts: for consumers that lost it, or that have
    learnt to read it since. Who knows it already finds that they do, so it may be repeated."""
    with _store() as store:
        kafka = KafkaSettings.from_environment()
        topic = kafka.topic_prefix + INBOUND.name
        span = Span(topic, since.replace(tzinfo=UTC), before.replace(tzinfo=UTC), number, kind)
        count = asyncio.run(_published(store, kafka, span, rate))
    told = f"{count} update(s) are published again"
    typer.echo(json.dumps({"count": count}) if as_json else told)


@tokens.command("reseal")
def reseal(as_json: AsJson = False) -> None:
    """Seal every token anew with the first key of RECADO_TOKEN_KEY, so that the others can be taken away.

    First start all processes of the gateway with the new key in front of the old one, then run this.
    """
    with _store() as store:
        main = installed.service("gateway").main
        vault = main.vault.Vault(TokenSettings.from_environment().token_keys)
        done: Resealed = main.postgres.Resealing(store.connection, vault).reseal()
    told = f"{done.sealed} token(s) are sealed with the first key; {done.unreadable} can be opened with no key"
    typer.echo(json.dumps(asdict(done)) if as_json else told)
    if done.unreadable:
        raise typer.Exit(1)


@commands.command("canary")
def canary(
    url: Annotated[str, typer.Argument(help="Where Meta posts its webhooks.")],
    number: OneNumber,
    within: Annotated[float, typer.Option(min=0.1, max=600, help="Seconds it may take.")] = 10.0,
    as_json: AsJson = False,
) -> None:
    """Post a signed webhook about nobody at the door, and wait until conversations tells of it: exit code 1 if late.

    Of a number that is served here; take one of an organisation of your own, in whose history it is kept.
    """
    with _store() as store:
        account = _account_of(store, PhoneNumberId(number))
    if account is None:
        typer.echo(f"recado: nobody here serves {number}: name one that is connected.", err=True)
        raise typer.Exit(1)
    try:
        flight = fly(CanarySettings.from_environment(), url, PhoneNumberId(number), account, within)
    except (CanaryLost, InvalidSettings, KafkaUnavailable) as error:
        typer.echo(f"recado: {error}", err=True)
        raise typer.Exit(1) from None
    told = f"acknowledged after {flight.acknowledged:.2f} s, kept and told after {flight.told:.2f} s"
    typer.echo(json.dumps(asdict(flight)) if as_json else told)


def _line(heap: Heap) -> str:
    number = heap.phone_number_id or "(account)"
    times = f"{heap.first_received_at:%Y-%m-%dT%H:%M:%SZ} to {heap.last_received_at:%Y-%m-%dT%H:%M:%SZ}"
    return f"{heap.waba_id}  {number}  {heap.type}  {heap.standing}  {heap.count}  {times}"


async def _published(store: PostgresStore, kafka: KafkaSettings, span: Span, rate: float) -> int:
    main, count = installed.service("gateway").main, 0
    kept = main.postgres.UpdateArchive(store.connection)
    async with Batcher(kafka.kafka, [INBOUND], kafka.topic_prefix) as publisher:
        async for page in main.door.republish(kept, publisher, span, rate):
            count += len(page)
    return count


@contextmanager
def _store() -> Iterator[PostgresStore]:
    try:
        with closing(PostgresStore(DatabaseSettings.from_environment().dsn())) as store:
            yield store
    except (InvalidSettings, Unavailable, NotAcknowledged, TooLarge, UnknownTopic) as error:
        typer.echo(f"recado: {error}", err=True)
        raise typer.Exit(1) from None


def _account_of(store: PostgresStore, number: PhoneNumberId) -> WabaId | None:
    """None where nobody here serves the number."""
    channel = Toolbox(store).streams((*PUBLISHED, *PRIVATE)).read(channel_stream(number), CHANNEL)
    return None if channel.serving is None else channel.connections[channel.serving].waba_id


def _quarantine(store: PostgresStore) -> Quarantine:
    """The adapter stands above this room: it is asked for by name, as the `recado` program asks for a service."""
    kept: Quarantine = installed.service("gateway").main.postgres.UpdateArchive(store.connection)
    return kept
