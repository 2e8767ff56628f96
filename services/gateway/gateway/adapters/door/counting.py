"""Tells a gauge how much is in quarantine: a number that only grows is a channel that somebody forgot to connect."""

from __future__ import annotations

import asyncio

from recado_chassis.threads import in_thread
from structlog import get_logger

from gateway.adapters.door.metrics import QUARANTINED
from gateway.application.archive import Quarantine

EVERY_SECONDS = 30.0

_log = get_logger()


class Counting:
    """A background of the workers; several may run, and all tell the same."""

    name = "counting"

    def __init__(self, quarantine: Quarantine) -> None:
        self._quarantine = quarantine

    def ready(self) -> bool:
        """Always: nobody waits for it."""
        return True

    async def run(self) -> None:
        while True:
            try:
                counts = await in_thread(self._quarantine.count)
                for standing, count in counts.items():
                    QUARANTINED.labels(standing).set(count)
            except Exception as error:  # noqa: BLE001 - it must outlive whatever happens to one round
                _log.warning("quarantine_not_counted", error=type(error).__name__)
            await asyncio.sleep(EVERY_SECONDS)
