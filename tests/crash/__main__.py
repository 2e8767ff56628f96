"""`python -m tests.crash`: the whole system under load and every fault, compared after each phase."""

from __future__ import annotations

import asyncio
import itertools
import os
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Annotated

import typer

from deploy.local.state import REPOSITORY
from tests.crash import plans
from tests.crash.campaign import Campaign, Enough, Outcome
from tests.crash.installation import TWO_OF_EACH, open_to_all, running
from tests.crash.plans import Phase
from tests.crash.report import shown, write

SECONDS, KILLS = 600.0, 200
_BEGUN = time.monotonic()


def main(
    seconds: Annotated[float, typer.Option(help="At least so long.")] = SECONDS,
    kills: Annotated[int, typer.Option(help="At least so many kills.")] = KILLS,
    seed: Annotated[int | None, typer.Option(help="Of all chance; a new one where none is given.")] = None,
    rate: Annotated[float, typer.Option(help="Acts of customers, agents and buyers a second.")] = 8.0,
    quick: Annotated[bool, typer.Option("--quick", help="One of each class of fault, within a minute.")] = False,
    only: Annotated[str | None, typer.Option(help="Only phases whose names hold this text, once.")] = None,
    report: Annotated[bool, typer.Option(help="Write docs/reports/crash.md and .json at the end.")] = True,
) -> None:
    """Kill, stop, freeze, cut and lose, while customers write and agents answer; exit code 1 on any difference."""
    chosen = secrets.randbelow(2**32) if seed is None else seed
    _say(f"seed {chosen}: the same faults again with --seed {chosen}")
    if quick:
        os.environ.setdefault("RECADO_SESSION_SECONDS", str(plans.QUICK_SESSION))
    phases, least = _phases(Random(chosen), quick, only)
    is_whole = seconds >= SECONDS and not quick and only is None
    enough = Enough(seconds, kills, least if is_whole else 0)
    with (
        tempfile.TemporaryDirectory(prefix="recado-crash-", ignore_cleanup_errors=True) as folder,
        _logs_kept_unless_ok(Path(folder), chosen) as ended,
        running(open_to_all(folder), _say, plans.QUICK_WORKERS if quick else TWO_OF_EACH) as installation,
    ):
        campaign = Campaign(installation, chosen, _say, rate)
        outcome: Outcome = asyncio.run(campaign.run(phases, enough, to_the_end=not quick, every_point=is_whole))
        ended.append(outcome)
    _say(shown(outcome))
    if report and not quick and only is None:
        write(outcome, REPOSITORY / "docs" / "reports")
    sys.exit(0 if outcome.ok else 1)


@contextmanager
def _logs_kept_unless_ok(folder: Path, seed: int) -> Iterator[list[Outcome]]:
    ended: list[Outcome] = []
    try:
        yield ended
    finally:
        if not ended or not ended[0].ok:
            kept = REPOSITORY / ".recado" / "crash" / str(seed)
            shutil.copytree(folder / "logs", kept, dirs_exist_ok=True)
            _say(f"the logs of all processes are kept in {kept}")


def _phases(random: Random, quick: bool, only: str | None) -> tuple[Iterator[Phase], int]:
    """All of them and then chance, or those that were asked for, once; and how many must be."""
    known = list(plans.quick(random) if quick else plans.everything(random))
    wanted = [phase for phase in known if (only or "") in phase.name]
    goes_on = only is None and not quick
    return itertools.chain(wanted, plans.by_chance(random) if goes_on else ()), len(wanted)


def _say(text: str) -> None:
    typer.echo(f"{time.monotonic() - _BEGUN:6.1f} s  {text}")


if __name__ == "__main__":
    program = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    program.command()(main)
    program()
