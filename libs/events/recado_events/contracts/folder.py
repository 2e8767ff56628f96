"""The folder of the contracts on disk: what differs from the catalogue, and writing it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from recado_events.contracts.documents import as_json, documents
from recado_events.contracts.examples import MAIN, Make, examples
from recado_events.contracts.listing import types
from recado_events.contracts.tables import with_tables

README = "README.md"
_EXAMPLES = "examples"
_GENERATED = ("schemas", _EXAMPLES)
"""Folders in which nothing stands but what is generated."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One file that is not as the catalogue wants it."""

    state: str
    """missing, stale or extra."""
    path: str
    """Relative to the folder of the contracts."""


def drift(folder: Path) -> list[Difference]:
    """Empty where everything is as it should be."""
    return _differences(folder, _wanted(folder))


def write(folder: Path) -> tuple[list[str], list[str]]:
    """Makes the folder what it should be: (paths written, paths removed). An example that exists is never touched."""
    wanted = _wanted(folder)
    wrong = [one for one in _differences(folder, wanted) if one.state != "extra" or not one.path.startswith(_EXAMPLES)]
    written = [one.path for one in wrong if one.path in wanted]
    removed = [one.path for one in wrong if one.path not in wanted]
    for path in written:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(wanted[path], encoding="utf-8")
    for path in removed:
        (folder / path).unlink()
    return written, removed


def kept_examples(folder: Path) -> dict[str, str]:
    """Every example by path: as committed where it is, newly made where it is missing."""
    return {path: _kept(folder / path, make) for path, make in examples().items()}


def _wanted(folder: Path) -> dict[str, str]:
    texts = kept_examples(folder)
    mains = {name: json.loads(texts[MAIN.format(type=name)]) for name in types()}
    readme = (folder / README).read_text(encoding="utf-8")
    return {**documents(mains), **texts, README: with_tables(readme)}


def _kept(path: Path, make: Make) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else as_json(make())


def _differences(folder: Path, wanted: dict[str, str]) -> list[Difference]:
    states = {path: _state(folder / path, text) for path, text in sorted(wanted.items())}
    wrong = [Difference(state, path) for path, state in states.items() if state]
    return wrong + [Difference("extra", path) for path in _found(folder) if path not in wanted]


def _state(path: Path, text: str) -> str:
    if not path.exists():
        return "missing"
    return "" if path.read_text(encoding="utf-8") == text else "stale"


def _found(folder: Path) -> list[str]:
    files = [path for name in _GENERATED for path in (folder / name).rglob("*") if path.is_file()]
    return sorted(path.relative_to(folder).as_posix() for path in files)
