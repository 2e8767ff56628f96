"""`python -m recado_events.contracts`: writes the contracts, checks that they are current, or freezes a release."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from recado_events.contracts.filling import ValueMissing
from recado_events.contracts.folder import README, drift, write
from recado_events.contracts.releases import release
from recado_events.contracts.tables import MarksMissing

_REMEDY = (
    "`python -m recado_events.contracts` writes what is missing or stale; commit it. An extra example needs a look: \
a type that was published keeps its example, and its name."
)


def main(arguments: list[str] | None = None) -> int:
    """Exit code: 0 done or current, 1 not current or not possible, 2 called wrongly."""
    options = _parser().parse_args(arguments)
    folder: Path = options.folder
    if not (folder / README).is_file():
        print(f"no {folder / README}: run this at the root of the repository, or say --folder", file=sys.stderr)
        return 2
    act = _check if options.check else _release if options.release else _write
    try:
        return act(folder)
    except (ValueMissing, MarksMissing) as error:
        print(error, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m recado_events.contracts", description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("contracts"), help="where they stand (contracts)")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--check", action="store_true", help="change nothing; exit 1 and name what is not current")
    what.add_argument("--release", action="store_true", help="freeze them under released/<next number>")
    return parser


def _write(folder: Path) -> int:
    written, removed = write(folder)
    for verb, paths in (("written", written), ("removed", removed)):
        for path in paths:
            print(f"{verb}: {folder / path}")
    return _check(folder)


def _check(folder: Path) -> int:
    wrong = drift(folder)
    for one in wrong:
        print(f"{one.state}: {folder / one.path}", file=sys.stderr)
    if wrong:
        print(_REMEDY, file=sys.stderr)
    return 1 if wrong else 0


def _release(folder: Path) -> int:
    if _check(folder):
        return 1
    made = release(folder)
    print(f"released: {made.folder}" if made else "nothing changed since the last release")
    return 0


if __name__ == "__main__":
    sys.exit(main())
