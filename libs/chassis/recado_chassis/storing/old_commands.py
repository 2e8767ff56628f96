"""Answers of commands are kept for 30 days: long enough for every client that tries again."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from recado_chassis.ports import Clock
from recado_chassis.store import Unavailable
from recado_chassis.threads import in_thread

KEPT = timedelta(days=30)
_EVERY_SECONDS = 3600.0
_AT_ONCE = 1000


class Forgetting(Protocol):
    def forget_commands(self, before: datetime, limit: int = ...) -> int:
        """Deletes up to `limit` answers given before that moment; answers how many."""
        ...


class OldCommands:
    """Forgets them once an hour, some at a time."""

    name = "old_commands"

    def __init__(self, store: Forgetting, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def ready(self) -> bool:
        """Always: nobody waits for it."""
        return True

    async def run(self) -> None:
        while True:
            await asyncio.sleep(_EVERY_SECONDS)
            await self.forget()

    async def forget(self) -> int:
        """How many were forgotten."""
        total = 0
        try:
            while forgotten := await in_thread(self._store.forget_commands, self._clock.now() - KEPT, _AT_ONCE):
                total += forgotten
        except Unavailable as error:
            structlog.get_logger().warning("old_commands_kept", exc_info=error)
        return total
