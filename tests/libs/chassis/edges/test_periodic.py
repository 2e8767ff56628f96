"""What workers do again and again outlives its rounds, and ends as it is told to."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress

import pytest
from recado_chassis.running.periodic import Periodic
from recado_chassis.store import Conflict, Unavailable


class Rounds:
    """Each raises what is left to be raised."""

    def __init__(self, *errors: Exception) -> None:
        self._errors = list(errors)
        self.done = 0

    def act(self) -> int:
        if self._errors:
            raise self._errors.pop()
        self.done += 1
        return 1


async def until(fits: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not fits():
            await asyncio.sleep(0.005)


@pytest.mark.parametrize("error", [Unavailable("away"), Conflict("somebody"), ZeroDivisionError()], ids=repr)
async def test_the_next_round_comes_whatever_happened_to_one(error: Exception) -> None:
    rounds = Rounds(error)
    background = Periodic("rounds", rounds.act, 0.001)
    running = asyncio.create_task(background.run())
    await until(lambda: rounds.done >= 2)
    assert background.ready()
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def test_a_round_that_can_be_told_to_stop_is_seen_through() -> None:
    began, stop, ended = threading.Event(), threading.Event(), threading.Event()

    def act() -> None:
        began.set()
        stop.wait(10)
        ended.set()

    running = asyncio.create_task(Periodic("rounds", act, 60.0, stop.set).run())
    await asyncio.to_thread(began.wait, 10)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    assert ended.is_set()
