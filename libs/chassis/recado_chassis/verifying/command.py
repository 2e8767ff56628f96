"""`recado verify`."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from recado_chassis.following.rebuild import RebuildRuns
from recado_chassis.operating.answers import AsJson, say, table, telling
from recado_chassis.settings import DatabaseSettings
from recado_chassis.storing.postgres_connections import SET_UP, connect, translated
from recado_chassis.verifying.comparison import compare
from recado_chassis.verifying.evidence import Evidence
from recado_chassis.verifying.figures import Figure
from recado_chassis.verifying.outside import JOURNAL, OutsideUnknown, ask
from recado_chassis.verifying.parts import parts

EndpointsFile = Annotated[
    Path, typer.Option("--endpoints", help="Written by the launcher: databases, kafka, simulator, payments.")
]
Part = Annotated[str | None, typer.Argument(help="Only this, such as `ledger`, from its service's database alone.")]
Parked = Annotated[int, typer.Option("--parked", min=0, help="So many records are known to wait for a person.")]


def verify(
    part: Part = None,
    endpoints: EndpointsFile = Path(".recado/endpoints.json"),
    parked: Parked = 0,
    as_json: AsJson = False,
) -> None:
    """Compare stores, Kafka and what the outside world says, while nothing moves. Exit code 1 on any difference."""
    if part is not None:
        _tell(_of_part(part, endpoints), as_json)
        return
    where = _read(endpoints)
    try:
        with telling():
            figures = compare(where, endpoints.parent, _evidence(where, endpoints.parent), parked=parked)
    except (OutsideUnknown, RebuildRuns) as error:
        raise _ended(str(error)) from None
    _tell(figures, as_json)


def _of_part(name: str, endpoints: Path) -> list[Figure]:
    """At the service's database of the endpoints; at RECADO_DATABASE where there are none."""
    audits = parts()
    if name not in audits:
        raise _ended(f"there is nothing called {name} to verify. There is: {', '.join(sorted(audits)) or 'nothing'}")
    service, audit = audits[name]
    with telling():
        told = _read(endpoints)["databases"] if endpoints.exists() else {}
        dsn = told.get(service) or DatabaseSettings.from_environment().dsn()
        with translated(), closing(connect(dsn, "verify", SET_UP)) as connection:
            return list(audit(connection))


def _tell(figures: list[Figure], as_json: bool) -> None:
    differing = [figure for figure in figures if figure.differs]
    data = {"differences": len(differing), "figures": [{**asdict(each), "differs": each.differs} for each in figures]}
    say(data, shown(figures), as_json)
    raise typer.Exit(1 if differing else 0)


def shown(figures: list[Figure]) -> str:
    """All of them, then those that are not what they should be, with where to look."""
    rows = [
        (each.of, each.name, each.value, "-" if each.wanted is None else each.wanted, "DIFFERS" if each.differs else "")
        for each in figures
    ]
    differing = [each for each in figures if each.differs]
    lines = [f"{each.of}: {each.value} {each.name}: {', '.join(each.examples) or '-'}" for each in differing]
    end = [f"{len(differing)} of {sum(each.wanted is not None for each in figures)} figures differ"]
    return "\n".join([table(("of", "what", "figure", "wanted", ""), rows, "nothing to compare"), *lines, *end])


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_text())
    except (OSError, ValueError) as error:
        raise _ended(f"{file} cannot be read ({type(error).__name__}): is the system up, or is it elsewhere?") from None


def _evidence(endpoints: Any, folder: Path) -> Evidence:
    url = endpoints.get("simulator")
    return Evidence() if url is None else ask(url, folder / JOURNAL, endpoints.get("payments"))


def _ended(told: str) -> typer.Exit:
    typer.echo(f"recado: {told}", err=True)
    return typer.Exit(1)
