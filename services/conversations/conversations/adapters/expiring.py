"""Ends in the background the requests that billing has not answered in time."""

from __future__ import annotations

import asyncio

from recado_chassis.threads import in_thread
from structlog import get_logger

from conversations.application import Expiring

PAUSE = 15.0

_log = get_logger()


class Expirer:
    """A background of the workers; several may run."""

    name = "expirer"

    def __init__(self, expiring: Expiring, pause: float = PAUSE) -> None:
        self._expiring = expiring
        self._pause = pause

    def ready(self) -> bool:
        """Always: nobody waits for it."""
        return True

    async def run(self) -> None:
        """Until cancelled, through outages of the database."""
        while True:
            try:
                await in_thread(self._expiring.expire)
            except Exception as error:  # noqa: BLE001 - it must outlive whatever happens to one round
                _log.warning("expirer_waits", error=type(error).__name__)
            await asyncio.sleep(self._pause)
