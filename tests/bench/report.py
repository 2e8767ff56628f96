"""The report, for people and for programs. A run of some benches leaves what the others found."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.bench.figures import Figure, Findings, spelled

Json = dict[str, Any]


def write(folder: Path, about: Mapping[str, Any], name: str, findings: Findings) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "bench.json"
    benches: Json = json.loads(path.read_text())["benches"] if path.exists() else {}
    benches[name] = {"about": dict(about), **_as_json(findings)}
    path.write_text(json.dumps({"benches": benches}, indent=1, ensure_ascii=False) + "\n")
    (folder / "bench.md").write_text("\n".join(_lines(benches)) + "\n")


def _as_json(findings: Findings) -> Json:
    figures = [_figure(each) for each in findings.figures]
    return {
        "title": findings.title,
        "how": findings.how,
        "neighbours": round(findings.neighbours, 2),
        "figures": figures,
    }


def _figure(figure: Figure) -> Json:
    target = figure.target
    return {
        "name": figure.name,
        "value": figure.value,
        "unit": figure.unit,
        "target": str(target) if target else None,
        "met": target.is_met(figure.value) if target else None,
        "rounds": list(figure.rounds),
        "note": figure.note,
    }


def _lines(benches: Json) -> Iterator[str]:
    yield "# What `make bench` found\n"
    yield (
        "Every ratio is the median of rounds in which both sides ran one after the other on the same machine and "
        "servers; the order changes every round. Rates depend on the machine, ratios hardly. `bench.json` has every "
        "round. `make bench ARGS=decisions` measures one of them again, `ARGS=--quick` tries all out."
    )
    for name, bench in benches.items():
        yield f"\n## {bench['title']}\n"
        yield f"{bench['how']}\n"
        yield "| what | figure | rounds from – to | target | |\n|---|---|---|---|---|"
        yield from map(_row, bench["figures"])
        yield (
            f"\n`make bench ARGS={name}`: {_machine(bench['about'])} Other programs kept {bench['neighbours']:.1f} "
            "cores busy meanwhile."
        )


def _row(figure: Json) -> str:
    rounds = figure["rounds"]
    spread = f"{spelled(min(rounds))} – {spelled(max(rounds))}" if len(rounds) > 1 else ""
    met = {True: "met", False: "**missed**", None: ""}[figure["met"]]
    note = f"<br>{figure['note']}" if figure["note"] else ""
    value = f"{spelled(figure['value'])} {figure['unit']}"
    return f"| {figure['name']}{note} | {value} | {spread} | {figure['target'] or ''} | {met} |"


def _machine(about: Json) -> str:
    packages = ", ".join(f"{name} {version}" for name, version in about["packages"].items())
    return (
        f"{about['date']}, commit {about['commit']}, {about['cores']} cores of {about['processor']}, "
        f"{about['memory_gib']} GiB, {about['system']}, Python {about['python']}, PostgreSQL {about['postgresql']}, "
        f"Kafka {about['kafka']}, {packages}."
    )
