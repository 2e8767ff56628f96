"""What is looked after again and again without anybody asking: one round, a pause, the next round."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from structlog import get_logger

from recado_chassis.store import Conflict, Unavailable
from recado_chassis.threads import in_thread

_log = get_logger()


@dataclass(eq=False, slots=True)
class Periodic:
    """A background of the workers; several processes may run it. Implements `service.Background`."""

    name: str
    act: Callable[[], object]
    """One round: synchronous, for a thread. Whatever it raises, the next round comes."""
    pause: float
    """Seconds between two rounds."""
    stop: Callable[[], None] | None = None
    """Tells a round to come to an end soon. With it a round that is under way is seen through; without, whoever stops
    leaves it to its thread."""

    def ready(self) -> bool:
        """Always: nobody waits for it."""
        return True

    async def run(self) -> None:
        """Until cancelled, through outages of whatever a round stands on."""
        while True:
            try:
                await self._round()
            except (Conflict, Unavailable) as error:
                _log.warning("periodic_waits", what=self.name, error=type(error).__name__)
            except Exception as error:  # noqa: BLE001 - it must outlive whatever happens to one round
                _log.error("periodic_failed", what=self.name, exc_info=error)
            await asyncio.sleep(self.pause)

    async def _round(self) -> None:
        acting = asyncio.ensure_future(in_thread(self.act))
        if self.stop is None:
            await acting
            return
        try:
            await asyncio.shield(acting)
        except asyncio.CancelledError:
            # What was claimed was claimed: whoever stops now still owes this call and its outcome.
            self.stop()
            await asyncio.wait([acting])
            raise
