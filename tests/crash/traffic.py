"""Load that does not rest: customers write, agents answer, and Meta is as it is on bad days."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from random import Random
from typing import Any

import httpx

from tests.crash.ledger import Ledger
from tests.crash.payer import Payer
from tests.journeys.world import File, World
from tests.simulator.client import Refused

Act = Callable[["Traffic"], Awaitable[None]]
PATIENCE = 90.0
"""Seconds for which a client tries again; everything is up again by then."""
_MOST_AT_ONCE = 48
_OUTAGES = (httpx.TransportError, Refused, TimeoutError)


class Traffic:
    """`numbers` are the business's; `acts` say what happens and how often, as weights."""

    def __init__(
        self,
        world: World,
        payer: Payer,
        ledger: Ledger,
        random: Random,
        numbers: list[str],
        acts: dict[Act, float],
        rate: float,
    ) -> None:
        self.world = world
        self.meta = world.meta
        self.payer = payer
        self.ledger = ledger
        self.random = random
        self.numbers = numbers
        self.accounts: dict[str, str] = {}
        """Of numbers that are not of the first account."""
        self.customers: list[tuple[str, str]] = []
        """Who has written, with the number they wrote to."""
        self.wamids: list[tuple[str, str, str]] = []
        """What they wrote: customer, number, wamid."""
        self.payments: list[str] = []
        """What was paid: the provider's names."""
        self.subscriptions: list[str] = []
        """Outgoing webhooks: the ids of those who are told."""
        self.took: dict[str, list[Any]] = {}
        """What each of them took, in order."""
        self.done: Counter[str] = Counter()
        self._acts = acts
        self._rate = rate
        self._room = asyncio.Semaphore(_MOST_AT_ONCE)
        self._under_way: set[asyncio.Task[None]] = set()
        self._task: asyncio.Task[None] | None = None
        self._since: float | None = None

    def lasts(self) -> float:
        """Seconds since the first act."""
        return 0.0 if self._since is None else time.monotonic() - self._since

    def key(self) -> str:
        """A new idempotency key."""
        return f"{self.random.getrandbits(96):024x}"

    def begin(self) -> None:
        self._since = self._since or time.monotonic()
        self._task = asyncio.create_task(self._run())

    async def rest(self) -> None:
        """Nothing new is done, and what was begun has come to its end."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=PATIENCE + 30)
        for late in self._under_way:
            self.ledger.wrong(f"{late.get_name()} did not come to an end within {PATIENCE + 30:.0f} s")

    async def _run(self) -> None:
        acts, weights = list(self._acts), list(self._acts.values())
        while True:
            await asyncio.sleep(self.random.expovariate(self._rate))
            await self.begins(self.random.choices(acts, weights)[0])

    async def begins(self, act: Act) -> None:
        """Once there is room for it."""
        await self._room.acquire()
        task = asyncio.create_task(self._do(act), name=act.__name__)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _do(self, act: Act) -> None:
        try:
            with suppress(*_OUTAGES):
                await act(self)
                self.done[act.__name__] += 1
        except Exception as error:  # noqa: BLE001 - a mistake of the load is no fault of the system, and must be seen
            self.ledger.wrong(f"{act.__name__}: {type(error).__name__}: {error}")
        finally:
            self._room.release()

    async def insist(
        self,
        method: str,
        service: str,
        path: str,
        body: Any = None,
        *,
        who: str,
        key: str,
        file: File | None = None,
    ) -> Any:
        """Tries again, with the same key, until there is an answer; None where it was refused."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while True:
            try:
                answer = await self.world.asks(method, service, path, body, who=who, key=key, file=file)
                if answer.is_success:
                    return answer.json() if answer.content else {}
                if answer.status_code < 500 and answer.status_code != 429:
                    return None
            except httpx.TransportError:
                pass
            if asyncio.get_running_loop().time() > deadline:
                return None
            await asyncio.sleep(0.3)
