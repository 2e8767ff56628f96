"""What runs in the background of the door outlives whatever happens to one of its rounds."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, cast

import pytest
from gateway.adapters.door import releasing, upkeep
from gateway.adapters.door.ownership import Owner, Place
from gateway.adapters.door.registry import Registry
from gateway.adapters.door.releasing import Releasing
from gateway.application.archive import Wanted
from recado_chassis.ports import SystemClock
from recado_chassis.store import Conflict, Unavailable

from tests.gateway.door.test_ownership import ADA, NUMBER

FAILURES = [Conflict("a lock was not to be had"), Unavailable("away"), ValueError("a mistake")]


class Known:
    """A registry that knows one number, which was begun a moment ago."""

    def ready(self) -> bool:
        return True

    def served(self) -> dict[Place, Owner]:
        return {NUMBER: Owner(ADA)}

    def tell_of_starts(self, started: Any) -> None:
        started(NUMBER)


class Failing:
    """Rows that cannot be had at first."""

    def __init__(self, error: Exception) -> None:
        self._errors = [error]
        self.asked: list[Wanted] = []
        self.rounds = 0

    def look_again(self, wanted: Collection[Wanted]) -> int:
        self._fail_first()
        self.asked += wanted
        return 0

    def take(self, _: int) -> list[Any]:
        self.rounds += 1
        return []

    def purge(self, _: datetime, __: int) -> int:
        self._fail_first()
        self.rounds += 1
        return 0

    def _fail_first(self) -> None:
        if self._errors:
            raise self._errors.pop()


async def a_round(failing: Failing, running: asyncio.Task[None]) -> None:
    """Waits until one has succeeded."""
    async with asyncio.timeout(5):
        while not failing.rounds and not running.done():
            await asyncio.sleep(0.01)
    assert not running.done()
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


@pytest.mark.parametrize("error", FAILURES, ids=repr)
async def test_the_quarantine_is_looked_at_again_and_forgets_no_number_that_began(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(releasing, "PAUSE_AFTER_OUTAGE", 0.01)
    failing, unused = Failing(error), cast(Any, None)
    held = Releasing(cast(Registry, Known()), cast(Any, failing), unused, unused, unused)
    await a_round(failing, asyncio.create_task(held.run()))
    assert NUMBER in {(wanted.waba_id, wanted.phone_number_id) for wanted in failing.asked}


@pytest.mark.parametrize("error", FAILURES, ids=repr)
async def test_the_archive_is_purged_again(error: Exception) -> None:
    failing = Failing(error)
    purging = upkeep.purging(cast(Any, failing), SystemClock(), timedelta(days=90))
    purging.pause = 0.01
    await a_round(failing, asyncio.create_task(purging.run()))
