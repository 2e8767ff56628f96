"""Sees to it in the background that no disconnected number's account stays subscribed."""

from __future__ import annotations

import asyncio

from recado_chassis.threads import in_thread
from structlog import get_logger

from gateway.application import Unsubscribing

PAUSE = 5.0

_log = get_logger()


class Unsubscriber:
    """A background of the workers; several may run."""

    name = "unsubscriber"

    def __init__(self, unsubscribing: Unsubscribing, pause: float = PAUSE) -> None:
        self._unsubscribing = unsubscribing
        self._pause = pause

    def ready(self) -> bool:
        """Always: nobody waits for it."""
        return True

    async def run(self) -> None:
        """Until cancelled, through outages of the database and of Meta."""
        while True:
            try:
                await in_thread(self._unsubscribing.unsubscribe)
            except Exception as error:  # noqa: BLE001 - it must outlive whatever happens to one round
                _log.warning("unsubscriber_waits", error=type(error).__name__)
            await asyncio.sleep(self._pause)
