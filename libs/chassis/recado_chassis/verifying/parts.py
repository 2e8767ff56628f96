"""What can be verified by itself, from one service's database alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib.metadata import entry_points
from typing import Any, cast

from psycopg import Connection

from recado_chassis.verifying.figures import Figure

GROUP = "recado.audits"

Audit = Callable[[Connection[Any]], Iterable[Figure]]


def parts() -> dict[str, tuple[str, Audit]]:
    """By name: the service whose package offers it as an entry point of `recado.audits`, and how."""
    found = entry_points(group=GROUP)
    return {entry.name: (entry.module.partition(".")[0], cast(Audit, entry.load())) for entry in found}
