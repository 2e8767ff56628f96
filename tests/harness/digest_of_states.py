"""Folds a service's whole log and prints a digest of all states: `python -m tests.harness.digest_of_states crm DSN`.

A process of its own, so that tests can give it another hash seed, time zone and locale.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import locale
import sys
from collections.abc import Callable, Mapping, Set
from contextlib import closing, suppress
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from recado_chassis.mapper import Mapper
from recado_chassis.storing.postgres import PostgresStore
from recado_chassis.work import Fold

FOLDS = {
    "conversations": "conversations.application.scene",
    "templates": "templates.application.shelf",
    "crm": "crm.application.folds",
}


def fold_of(service: str) -> Callable[[str], Fold[Any]]:
    found: Callable[[str], Fold[Any]] = importlib.import_module(FOLDS[service]).fold_of
    return found


def states(service: str, dsn: str) -> dict[str, Any]:
    """Every stream's state, folded from its first event."""
    told = importlib.import_module(f"recado_events.{service}").PUBLISHED
    private = importlib.import_module(f"{service}.domain.private").PRIVATE
    mapper, fold = Mapper((*told, *private)), fold_of(service)
    found: dict[str, Any] = {}
    with closing(PostgresStore(dsn)) as store:
        for row in store.read(0, 1_000_000):
            at = fold(row.stream)
            found[row.stream] = at.evolve(found.get(row.stream, at.initial), mapper.decode(row.state).event)
    return found


def digest(found: Mapping[str, Any]) -> str:
    plain = {stream: canonical(state) for stream, state in sorted(found.items())}
    return hashlib.sha256(json.dumps(plain).encode()).hexdigest()


def canonical(value: Any) -> Any:
    """As JSON values. The order of mappings counts, for rules look through them; that of sets cannot."""
    if is_dataclass(value):
        return [type(value).__name__, *(canonical(getattr(value, field.name)) for field in fields(value))]
    if isinstance(value, BaseModel):
        return value.model_dump_json()
    if isinstance(value, Mapping):
        return [[canonical(key), canonical(item)] for key, item in value.items()]
    if isinstance(value, Set):
        return sorted(json.dumps(canonical(item)) for item in value)
    if isinstance(value, list | tuple):
        return [canonical(item) for item in value]
    return value.isoformat() if isinstance(value, datetime) else repr(value)


if __name__ == "__main__":
    with suppress(locale.Error):
        locale.setlocale(locale.LC_ALL, "")
    print(digest(states(sys.argv[1], sys.argv[2])))  # noqa: T201 - the answer of the program
