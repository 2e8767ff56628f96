"""What a fault may touch."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random

import httpx

from tests.crash.installation import Installation
from tests.crash.ledger import Ledger
from tests.crash.receivers import Receivers
from tests.crash.traffic import Traffic
from tests.crash.worker import Worker
from tests.simulator.client import Simulator

Say = Callable[[str], None]


@dataclass
class Scene:
    installation: Installation
    traffic: Traffic
    ledger: Ledger
    receivers: Receivers
    random: Random
    http: httpx.AsyncClient
    meta: Simulator
    say: Say
    injected: Counter[str] = field(default_factory=Counter)
    """What was done, by the words of the fault table."""
    parked: int = 0
    """Records that were meant to be parked."""
    measured: dict[str, float] = field(default_factory=dict)
    """The worst of each thing that is timed, in seconds."""

    def did(self, what: str, times: int = 1) -> None:
        self.injected[what] += times

    def took(self, what: str, seconds: float) -> None:
        self.measured[what] = max(self.measured.get(what, 0.0), seconds)

    def somebody(self, *services: str) -> Worker:
        return self.random.choice(self.installation.of(*services))

    async def until(self, fits: Callable[[], bool], seconds: float, pause: float = 0.1) -> bool:
        """Whether it became so in time."""
        deadline = asyncio.get_running_loop().time() + seconds
        while not fits():
            if asyncio.get_running_loop().time() > deadline:
                return False
            await asyncio.sleep(pause)
        return True

    async def until_ready(self, worker: Worker, seconds: float = 60.0) -> bool:
        deadline = asyncio.get_running_loop().time() + seconds
        while not await worker.is_ready(self.http):
            if asyncio.get_running_loop().time() > deadline:
                return False
            await asyncio.sleep(0.2)
        return True


Fault = Callable[[Scene], Awaitable[None]]
