"""Tells in the background of reviews that take longer than Meta says."""

from __future__ import annotations

import asyncio

from recado_chassis.ports import Clock
from recado_chassis.threads import in_thread
from structlog import get_logger

from templates.application import Reminding
from templates.domain.limits import REVIEW
from templates.views import Questions

PAUSE = 60.0
AT_ONCE = 100

_log = get_logger()


class Reminder:
    """A background of the workers; several may run."""

    name = "reminder"

    def __init__(self, reminding: Reminding, questions: Questions, clock: Clock, pause: float = PAUSE) -> None:
        self._reminding = reminding
        self._questions = questions
        self._clock = clock
        self._pause = pause

    def ready(self) -> bool:
        """Always: nobody waits for it."""
        return True

    def remind(self) -> int:
        """Of all that are overdue now; answers how many were looked at."""
        overdue = self._questions.overdue(self._clock.now() - REVIEW, AT_ONCE)
        for organisation_id, template_id in overdue:
            self._reminding.notice(organisation_id, template_id)
        return len(overdue)

    async def run(self) -> None:
        """Until cancelled, through outages of the database."""
        while True:
            try:
                await in_thread(self.remind)
            except Exception as error:  # noqa: BLE001 - it must outlive whatever happens to one round
                _log.warning("reminder_waits", error=type(error).__name__)
            await asyncio.sleep(self._pause)
