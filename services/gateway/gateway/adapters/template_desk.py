"""Brings requests about templates to Meta, and looks at Meta's lists, in the background."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from recado_chassis.threads import in_thread
from structlog import get_logger

from gateway.application import Reviewing

PAUSE = 1.0
BETWEEN_LOOKS = 5.0
"""Seconds after which it is asked whether any list is to be looked at; each has its own, longer interval."""

_log = get_logger()


class TemplateDesk:
    """A background of the workers; several may run. Stopping, it finishes the call that is under way."""

    name = "template_desk"

    def __init__(self, reviewing: Reviewing) -> None:
        self._requesting = reviewing.requesting
        self._polling = reviewing.polling

    def ready(self) -> bool:
        """Always: nobody waits for it."""
        return True

    async def run(self) -> None:
        """Until cancelled, through outages of the database and of Meta."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._again_and_again(self._requesting.work_off, self._requesting.stop, PAUSE))
            group.create_task(self._again_and_again(self._polling.look, self._polling.stop, BETWEEN_LOOKS))

    async def _again_and_again(self, action: Callable[[], int], stop: Callable[[], None], pause: float) -> None:
        while True:
            acting = asyncio.ensure_future(in_thread(action))
            try:
                await asyncio.shield(acting)
            except asyncio.CancelledError:
                # What was claimed was claimed: whoever stops now still owes this call and its outcome.
                stop()
                await asyncio.wait([acting])
                raise
            except Exception as error:  # noqa: BLE001 - it must outlive whatever happens to one round
                _log.warning("template_desk_waits", error=type(error).__name__)
            await asyncio.sleep(pause)
