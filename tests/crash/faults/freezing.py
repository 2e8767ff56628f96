"""Processes that stand still and wake up, believing that no time has passed; and processes asked to go."""

from __future__ import annotations

import asyncio

from tests.crash.scene import Fault, Scene
from tests.crash.worker import Worker

BEYOND_THE_SESSION = 13.0
BEYOND_THE_CONNECTION = 22.0
"""Longer than the database keeps a silent relay's connection, and its lock with it."""


def worker_frozen(service: str, seconds: float = BEYOND_THE_SESSION) -> Fault:
    async def fault(scene: Scene) -> None:
        everybody = scene.installation.of(service)
        worker = scene.random.choice([each for each in everybody if each.point is None] or everybody)
        await _stands_still(worker, seconds)
        scene.did("worker frozen beyond its session and woken")

    return fault


def relay_frozen(service: str, seconds: float = BEYOND_THE_CONNECTION) -> Fault:
    async def fault(scene: Scene) -> None:
        leading = [worker for worker in scene.installation.of(service) if await worker.leads(scene.http)]
        if leading:
            await _stands_still(leading[0], seconds)
            scene.did("relay frozen beyond its connection and woken")

    return fault


def asked_to_stop(service: str, most: int = 9) -> Fault:
    """One after the other, as a rolling deployment does."""

    async def fault(scene: Scene) -> None:
        for worker in scene.installation.of(service)[-most:]:
            if worker.pid is None or worker.point is not None:
                continue
            await asyncio.to_thread(worker.stop, 26.0)
            scene.did("asked to stop under load")
            scene.took("from SIGTERM to the end", scene.installation.tally.stops[-1])
            await scene.until(lambda worker=worker: worker.pid is not None, 10)  # type: ignore[misc]
            await scene.until_ready(worker)

    return fault


async def _stands_still(worker: Worker, seconds: float) -> None:
    worker.freeze()
    try:
        await asyncio.sleep(seconds)
    finally:
        worker.wake()
