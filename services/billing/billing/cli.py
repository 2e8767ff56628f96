"""Commands of billing in the `recado` program."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Annotated, NoReturn
from uuid import UUID, uuid4

import typer
from recado_chassis.settings import DatabaseSettings, InvalidSettings
from recado_chassis.store import Unavailable
from recado_chassis.storing.postgres import PostgresStore
from recado_chassis.streams import Streams
from recado_chassis.toolbox import Toolbox
from recado_events.billing import PUBLISHED
from recado_events.envelope import Cause
from recado_events.ids import OrganisationId
from recado_events.refusal import Refusal

from billing.application.books import FOLDS, Books
from billing.application.rates import Changes, NoRateCard, compared, is_known, read_card
from billing.application.rerating import Line, Rerating
from billing.application.settling import Settling
from billing.application.totals import Totals
from billing.commands import ImportRateCard
from billing.domain.prices import PRICES_STREAM
from billing.domain.private import PRIVATE
from billing.domain.rating.policy import NAMES

commands = typer.Typer(no_args_is_help=True, help="Credits, prices, what messages cost.")
SAMPLE = "sample"
Keep = Callable[[Line], object]
CardFile = Annotated[str, typer.Argument(help="A CSV file, or `sample` for the card that ships.")]
ValidFrom = Annotated[datetime, typer.Option(help="Wall-clock time of each WABA's zone.", formats=["%Y-%m-%d"])]
Named = Annotated[str | None, typer.Option("--name", help="The card's name; the file's where it is not given.")]
Apply = Annotated[bool, typer.Option("--apply", help="Import it; without this nothing is written.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Month = Annotated[str, typer.Option(help="YYYY-MM, on the calendar of each WABA's zone.")]
PolicyName = Annotated[str, typer.Option("--policy", help="R1, R2 or R3.")]
Organisation = Annotated[UUID | None, typer.Option("--organisation", help="Only of this one.")]
CsvFile = Annotated[Path | None, typer.Option("--csv", help="Write every line there.", dir_okay=False)]


@commands.command("import-rates")
def import_rates(
    file: CardFile, valid_from: ValidFrom, name: Named = None, apply: Apply = False, as_json: AsJson = False
) -> None:
    """Show what a rate card would change at RECADO_DATABASE; with --apply import it."""
    with _streams() as streams:
        command = _card(file, name, valid_from, streams)
        prices = streams.read(PRICES_STREAM, FOLDS["prices"])
        found = compared(command, prices)
        known = is_known(command, prices)
        if apply and not known:
            _import(streams, command)
    said = "known already" if known else "imported" if apply else "not imported: say --apply"
    told = {"rate_card": command.rate_card, "valid_from": valid_from.isoformat(), "imported": apply and not known}
    typer.echo(json.dumps({**told, **asdict(found)}) if as_json else _shown(command, found, said))


@commands.command("rerate")
def rerate(
    month: Month, policy: PolicyName, organisation: Organisation = None, file: CsvFile = None, as_json: AsJson = False
) -> None:
    """Rate every message of a month under another policy, beside what was charged. The ledger is not touched."""
    if policy not in NAMES:
        _end(f"there is no policy {policy}: say one of {', '.join(NAMES)}")
    _check_month(month)
    totals = Totals()
    with _streams() as streams, _lines_to(file) as keep:
        only = None if organisation is None else OrganisationId(organisation)
        lines = Rerating(streams).lines(month, policy, only)
        if as_json:
            _print_json(month, policy, lines, totals, keep)
        else:
            for line in lines:
                totals.add(line)
                keep(line)
            typer.echo(_table(totals, month, policy))


def _card(file: str, name: str | None, valid_from: datetime, streams: Streams) -> ImportRateCard:
    try:
        if file == SAMPLE:
            text = files("billing").joinpath("rates/sample.csv").read_text(encoding="utf-8")
        else:
            text = Path(file).read_text(encoding="utf-8")
        chosen = name or f"{Path(file).stem}-{valid_from:%Y-%m-%d}"
        return read_card(chosen, valid_from, text.splitlines(), streams.clock.now())
    except (OSError, UnicodeDecodeError) as error:
        _end(f"{file} cannot be read: {type(error).__name__}")
    except NoRateCard as error:
        _end(f"{file}: {error}")


def _import(streams: Streams, command: ImportRateCard) -> None:
    settling = Settling(Books(0))
    try:
        streams.transact(lambda work: settling.import_rate_card(work, command, Cause(str(uuid4()))))
    except Refusal as refusal:
        _end(refusal.message)


def _shown(command: ImportRateCard, found: Changes, said: str) -> str:
    rows = [f"{d.market:<20} {d.category:<28} {_or(d.before):>12} {_or(d.after):>12}" for d in found.changes]
    head = f"{'market':<20} {'category':<28} {'before':>12} {'after':>12}   micro-US$"
    end = f"{command.rate_card} from {command.valid_from:%Y-%m-%d}: {len(found.changes)} price(s) change; {said}"
    regions = [
        f"{each.country} is in {each.after or 'no region'}, not in {each.before or 'none'}" for each in found.regions
    ]
    return "\n".join([*([head] if rows else []), *rows, *regions, end])


def _print_json(month: str, policy: str, lines: Iterable[Line], totals: Totals, keep: Keep) -> None:
    """A line at a time: a month may have millions."""
    begun = json.dumps({"month": month, "policy": policy})[:-1]
    typer.echo(f'{begun}, "lines": [', nl=False)
    for number, line in enumerate(lines):
        totals.add(line)
        keep(line)
        typer.echo(f"{',' if number else ''}\n{json.dumps(_of(line), default=str)}", nl=False)
    typer.echo(f"], {json.dumps(asdict(totals.whole))[1:]}")


def _table(totals: Totals, month: str, policy: str) -> str:
    """By category and by what each policy says; all lines are in the CSV."""
    head = (
        f"{'category':<24} {'charged because':<22} {policy + ' says':<22} {'count':>8} {'charged':>14} {'rerated':>14}"
    )
    rows = [
        f"{kind[0]:<24} {kind[1]:<22} {kind[2]:<22} {of.messages:>8} {of.charged:>14} {of.rerated:>14}"
        for kind, of in sorted(totals.kinds.items())
    ]
    whole = totals.whole
    end = (
        f"{month} under {policy}: {whole.messages} message(s), charged {whole.charged}, rerated {whole.rerated}, "
        f"difference {whole.rerated - whole.charged} (micro-US$)"
    )
    return "\n".join([head, *rows, end])


@contextmanager
def _lines_to(file: Path | None) -> Iterator[Keep]:
    """Each line is written when it is known."""
    if file is None:
        yield lambda _: None
        return
    try:
        output = file.open("w", encoding="utf-8", newline="")
    except OSError as error:
        _end(f"{file} cannot be written: {type(error).__name__}")
    with output:
        writer = csv.writer(output)
        names = [*_FIELDS, "difference"]
        writer.writerow(names)
        yield lambda line: writer.writerow([getattr(line, name) for name in names])


_FIELDS = tuple(Line.__dataclass_fields__)


def _of(line: Line) -> dict[str, object]:
    return {**{name: getattr(line, name) for name in _FIELDS}, "difference": line.difference}


def _or(amount: int | None) -> str:
    return "-" if amount is None else str(amount)


def _check_month(month: str) -> None:
    try:
        datetime.strptime(month, "%Y-%m")  # noqa: DTZ007 - a month of several zones
    except ValueError:
        _end(f"{month} is no month: write it as 2026-10")


@contextmanager
def _streams() -> Iterator[Streams]:
    try:
        with closing(PostgresStore(DatabaseSettings.from_environment().dsn())) as store:
            yield Toolbox(store).streams((*PUBLISHED, *PRIVATE))
    except (InvalidSettings, Unavailable) as error:
        _end(str(error))


def _end(told: str) -> NoReturn:
    typer.echo(f"recado: {told}", err=True)
    raise typer.Exit(1)
