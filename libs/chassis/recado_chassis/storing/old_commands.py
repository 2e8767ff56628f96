"""Answers of commands are kept for 30 days: long enough for every client that tries again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from recado_chassis.ports import Clock
from recado_chassis.running.periodic import Periodic

KEPT = timedelta(days=30)
_AT_ONCE = 1000


class Forgetting(Protocol):
    def forget_commands(self, before: datetime, limit: int = ...) -> int:
        """Deletes up to `limit` answers given before that moment; answers how many."""
        ...


def old_commands(store: Forgetting, clock: Clock) -> Periodic:
    """Forgets them once an hour, some at a time."""

    def forget() -> int:
        """How many were forgotten."""
        total = 0
        while forgotten := store.forget_commands(clock.now() - KEPT, _AT_ONCE):
            total += forgotten
        return total

    return Periodic("old_commands", forget, 3600.0)
