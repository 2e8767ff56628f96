"""What a campaign did and found, for people and for programs."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from deploy.local.machine import machine
from tests.crash import points
from tests.crash.campaign import Outcome


def data_of(outcome: Outcome) -> dict[str, Any]:
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "seed": outcome.seed,
        "seconds": round(outcome.seconds),
        "kills": outcome.kills.total(),
        "kills_by_place": dict(sorted(outcome.kills.items())),
        "faults": dict(sorted(outcome.injected.items())),
        "load": dict(sorted(outcome.done.items())),
        "longest_rest_seconds": round(outcome.longest_rest, 1),
        "measured_seconds": {name: round(seconds, 2) for name, seconds in sorted(outcome.measured.items())},
        "ended_by_themselves": outcome.ended_unasked,
        "points_not_reached": outcome.missed,
        "phases": outcome.phases,
        "differences": outcome.differences,
        "figures": [{**asdict(figure), "differs": figure.differs} for figure in outcome.figures],
    }


def shown(outcome: Outcome) -> str:
    verdict = "nothing differs" if outcome.ok else f"{len(outcome.differences)} DIFFERENCES"
    lasted = f"seed {outcome.seed}, {outcome.seconds:.0f} s, {outcome.kills.total()} kills, {len(outcome.phases)} looks"
    reached = f"{len(points.all_places()) - len(outcome.missed)} of {len(points.all_places())} named points reached"
    rest = f"longest way to rest {outcome.longest_rest:.1f} s"
    return "\n".join([f"{lasted}: {verdict}; {rest}; {reached}", *outcome.differences])


def write(outcome: Outcome, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    data = data_of(outcome)
    (folder / "crash.json").write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n")
    (folder / "crash.md").write_text(page(data))


def page(data: dict[str, Any]) -> str:
    verdict = "No difference was found." if not data["differences"] else "**Differences were found**, see below."
    parts = [
        "# Crash report",
        "",
        "Written by `make crash`. What is injected and which figure shows what: `tests/crash/README.md`.",
        "",
        f"{data['date']}, {data['machine']}; seed {data['seed']}; {data['seconds']} s, {data['kills']} kills.",
        f"Stores, Kafka and the outside world were compared {len(data['phases'])} times. {verdict}",
        f"The longest way from the last fault to rest took {data['longest_rest_seconds']} s.",
        "",
        *_section("Differences", ((each,) for each in data["differences"]), ("what",)),
        *_section("Kills by place", data["kills_by_place"].items(), ("where", "kills")),
        *_section("Faults", data["faults"].items(), ("fault", "times")),
        *_section("Load", data["load"].items(), ("act", "times")),
        *_section("Worst times", data["measured_seconds"].items(), ("what", "seconds")),
        *_section("Processes that ended by themselves", ((each,) for each in data["ended_by_themselves"]), ("which",)),
        *_section("Named points that nobody came to", ((each,) for each in data["points_not_reached"]), ("where",)),
        *_section("Phases", ((each,) for each in data["phases"]), ("phase",)),
        *_section(
            "Figures at the end",
            ((f["of"], f["name"], f["value"], "" if f["wanted"] is None else f["wanted"]) for f in data["figures"]),
            ("of", "what", "figure", "wanted"),
        ),
    ]
    return "\n".join(parts).rstrip() + "\n"


def _section(title: str, rows: Any, heads: tuple[str, ...]) -> list[str]:
    lines = [f"| {' | '.join(str(cell).replace('_', ' ') for cell in row)} |" for row in rows]
    if not lines:
        return []
    return [f"## {title}", "", f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}", *lines, ""]
