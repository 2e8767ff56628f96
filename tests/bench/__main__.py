"""`python -m tests.bench [--quick] [NAME …]`: runs benches, prints figures, writes the report."""

from __future__ import annotations

import argparse
import importlib
import time
from datetime import UTC, datetime
from pathlib import Path

from tests.bench import report
from tests.bench.figures import FULL, QUICK, Findings, say
from tests.bench.ground import Ground, ground
from tests.bench.machine import Neighbours, description

BENCHES = (
    "ingress", "decisions", "charging", "statement", "latency", "rebuilding", "growth", "desk", "records", "stream",
    "footprint",
)  # fmt: skip
REPORTS = Path(__file__).parents[2] / "docs" / "reports"


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*BENCHES, []], help="which ones; all where none is named")
    parser.add_argument(
        "--quick", action="store_true", help="tiny sizes, to see that everything runs; writes no report"
    )
    asked = parser.parse_args()
    names = asked.names or list(BENCHES)
    begun = datetime.now(UTC)
    with ground(QUICK if asked.quick else FULL) as stands:
        about = {"date": begun.isoformat(timespec="minutes"), **description(stands.postgres)}
        for name in names:
            found = _run(name, stands)
            if not asked.quick:
                report.write(REPORTS, about, name, found)
    say("quick run: no report, for its figures mean nothing" if asked.quick else "report: docs/reports/bench.md")


def _run(name: str, stands: Ground) -> Findings:
    begun, neighbours = time.monotonic(), Neighbours()
    say(name)
    findings: Findings = importlib.import_module(f"tests.bench.{name}").run(stands)
    findings.neighbours = neighbours.cores()
    say(f"{name} took {time.monotonic() - begun:.0f} s; others kept {findings.neighbours:.1f} cores busy meanwhile")
    return findings


if __name__ == "__main__":
    main()
