"""Records what came of calls, many in one commit, and goes on trying through any outage."""

from __future__ import annotations

import asyncio

import structlog
from recado_chassis.crash import crash
from recado_chassis.store import Conflict, Unavailable
from recado_chassis.threads import in_thread

from gateway.application import Dispatching
from gateway.application.ports import Claim
from gateway.commands import Verdict

_MOST = 100
_PAUSE = 0.5

_log = structlog.get_logger()


class Recorder:
    def __init__(self, dispatching: Dispatching) -> None:
        self._dispatching = dispatching
        self._outcomes: list[tuple[Claim, Verdict]] = []
        self._told = asyncio.Event()

    def tell(self, claim: Claim, verdict: Verdict) -> None:
        self._outcomes.append((claim, verdict))
        self._told.set()

    async def run(self) -> None:
        """Until cancelled; `finish` records the rest."""
        while True:
            await self._told.wait()
            self._told.clear()
            await self.finish()

    async def finish(self) -> None:
        """Until all that was told is recorded. Repeating what was recorded already changes nothing."""
        size = _MOST
        while self._outcomes:
            batch = self._outcomes[:size]
            crash("dispatcher.before_outcome")
            try:
                await in_thread(self._dispatching.record, batch)
            except (Conflict, Unavailable) as error:
                _log.warning("outcomes_wait", error=str(error), count=len(self._outcomes))
                await asyncio.sleep(_PAUSE)
                continue
            except Exception as error:  # noqa: BLE001 - one outcome that cannot be recorded must not stop the others
                size = self._narrowed(batch, error)
                continue
            del self._outcomes[: len(batch)]
            crash("dispatcher.after_outcome")
            size = _MOST

    def _narrowed(self, batch: list[tuple[Claim, Verdict]], error: Exception) -> int:
        """One by one, and the one that fails alone is left to silence: it becomes an unknown outcome."""
        if len(batch) == 1:
            claim, _ = self._outcomes.pop(0)
            _log.error("outcome_lost", message_id=str(claim.due.message_id), attempt=claim.attempt, exc_info=error)
        return 1
