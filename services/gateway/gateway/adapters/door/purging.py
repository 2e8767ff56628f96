"""The archive forgets what is older than the settings say: some rows at a time, so that nobody waits for it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from recado_chassis.ports import Clock
from recado_chassis.store import Conflict, Unavailable
from recado_chassis.threads import in_thread
from structlog import get_logger

from gateway.adapters.door.metrics import PURGED
from gateway.application.archive import Archive

AT_ONCE = 2000
_EVERY_SECONDS = 3600.0

_log = get_logger()


class Purging:
    """A background of the workers; several may run."""

    name = "purging"

    def __init__(self, archive: Archive, clock: Clock, kept: timedelta) -> None:
        self._archive = archive
        self._clock = clock
        self._kept = kept

    def ready(self) -> bool:
        """Always: nobody waits for it."""
        return True

    async def run(self) -> None:
        while True:
            await self.purge()
            await asyncio.sleep(_EVERY_SECONDS)

    async def purge(self) -> int:
        """How many records were deleted."""
        before, total = self._clock.now() - self._kept, 0
        try:
            while purged := await in_thread(self._archive.purge, before, AT_ONCE):
                total += purged
                PURGED.inc(purged)
        except (Conflict, Unavailable) as error:
            _log.warning("archive_not_purged", error=type(error).__name__)
        except Exception as error:  # noqa: BLE001 - one failure must not end the worker
            _log.error("purging_failed", exc_info=error)
        return total
