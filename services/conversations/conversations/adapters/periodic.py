"""What workers look after without being told: requests that nobody answers, conversations in which nobody writes,
queues that are longer than what one command gives away."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from recado_chassis.streams import Streams
from recado_chassis.threads import in_thread
from structlog import get_logger

from conversations.application import Draining, Expiring, Listening, People, Ruling, Silencing
from conversations.application.scene import Scene
from conversations.views import Questions

_log = get_logger()


class Periodic:
    """A background of the workers; several may run."""

    def __init__(self, name: str, act: Callable[[], int], pause: float) -> None:
        """`act` is synchronous and says how much it found."""
        self.name = name
        self._act = act
        self._pause = pause

    def ready(self) -> bool:
        """Always: nobody waits for it."""
        return True

    async def run(self) -> None:
        """Until cancelled, through outages of the database."""
        while True:
            try:
                await in_thread(self._act)
            except Exception as error:  # noqa: BLE001 - it must outlive whatever happens to one round
                _log.warning("periodic_waits", what=self.name, error=type(error).__name__)
            await asyncio.sleep(self._pause)


def rounds(streams: Streams, scene: Scene, questions: Questions) -> list[Periodic]:
    expiring, silencing = Expiring(streams, Listening(scene), questions), Silencing(streams, Ruling(scene), questions)
    return [
        Periodic("expirer", expiring.expire, 15.0),
        Periodic("silences", silencing.close, 15.0),
        Periodic("drainer", Draining(streams, People(scene), questions).drain, 1.0),
    ]
