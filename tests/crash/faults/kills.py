"""kill -9: at every named crash point, and anywhere."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from recado_chassis.crash import SETTING
from recado_chassis.verifying.sites import told_by

from deploy.local.process import kill_group, spawn
from deploy.local.programs import clean_environment
from deploy.local.state import REPOSITORY
from tests.crash import beginners, buyers, couriers, points, receivers, reviewers
from tests.crash.scene import Fault, Scene
from tests.crash.traffic import Act

RECADO = Path(sys.executable).with_name("recado")
_SECONDS = 30.0
_FOR_OTHERS = 4.0
_AT_MOST = 15.0
"""Seconds for one of several points: a start, and the end of the last one's session, take most of them."""
_LEADS_TO: dict[str, Act] = {
    "dispatcher": beginners.an_agent_begins_a_chat,
    "media": couriers.files_go_both_ways,
    "notifier": receivers.there_is_something_to_tell,
    "payments": buyers.somebody_buys_credits,
    "recharge": buyers.the_wallet_falls_to_its_floor,
    "templates": reviewers.an_administrator_makes_a_template,
}
"""By the first words of points: what is done meanwhile, for the load alone may not come there in time."""
_AGAIN = 1.5


def at_points(service: str, names: Iterable[str], most: int = 9, seconds: float = _SECONDS) -> Fault:
    """One point after the other: all workers of the service die there, whoever of them reaches it, or so many."""
    wanted = list(names)

    async def fault(scene: Scene) -> None:
        for point in wanted:
            await at_point(scene, service, point, most, seconds)

    return fault


def one_after_another(service: str, names: Iterable[str]) -> Fault:
    """The first worker of the service dies at one point after the other, as far as it comes until it is cancelled."""

    async def fault(scene: Scene) -> None:
        worker = scene.installation.of(service)[0]
        worker.kill()
        for point in names:
            worker.start(point)
            leading = asyncio.create_task(_leads_to(scene, point))
            try:
                died = await scene.until(worker.died_at_its_point, _AT_MOST)
            finally:
                leading.cancel()
                if worker.point is not None:
                    worker.kill()
            if died:
                scene.did("killed at a named point")
            else:
                scene.say(f"  nobody of {service} came to {point}")

    return fault


async def points_left(scene: Scene) -> None:
    """Those that nobody came to yet, now that only one service at a time is killed."""
    for service, point in points.of_traffic():
        if not scene.installation.tally.kills[f"{service} at {point}"]:
            await at_point(scene, service, point)


async def at_point(scene: Scene, service: str, point: str, most: int = 9, seconds: float = _SECONDS) -> int:
    """How many died there. The others are killed elsewhere, so that nobody goes on with the point set."""
    workers = scene.installation.of(service)[:most]
    for worker in workers:
        worker.kill()
        worker.start(point)
    died, last = 0, time.monotonic()

    def enough_died() -> bool:
        nonlocal died, last
        for worker in workers:
            if worker.died_at_its_point():
                died, last = died + 1, time.monotonic()
                worker.start()
        # Not everybody comes there: a relay may stand by, a consumer may have no partitions.
        return died == len(workers) or (died > 0 and time.monotonic() - last > _FOR_OTHERS)

    leading = asyncio.create_task(_leads_to(scene, point))
    try:
        await scene.until(enough_died, seconds)
    finally:
        leading.cancel()
    for worker in workers:
        if worker.point is not None:
            worker.kill()
    if died:
        scene.did("killed at a named point", died)
    else:
        scene.say(f"  nobody of {service} came to {point}")
    return died


async def _leads_to(scene: Scene, point: str) -> None:
    act = _LEADS_TO.get(point.partition(".")[0])
    while act is not None:
        await scene.traffic.begins(act)
        await asyncio.sleep(_AGAIN)


def anywhere(seconds: float, pause: float) -> Fault:
    async def fault(scene: Scene) -> None:
        deadline = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < deadline:
            worker = scene.somebody()
            if worker.pid is not None and worker.point is None:
                worker.kill()
                scene.did("killed anywhere")
            await asyncio.sleep(scene.random.uniform(0.3, 1.7) * pause)

    return fault


async def all_at_once(scene: Scene) -> None:
    """As when a machine goes."""
    for worker in scene.installation.workers:
        worker.kill()
        scene.did("killed anywhere")
    await asyncio.sleep(1.0)


def rebuilding(service: str, point: str | None) -> Fault:
    """`recado rebuild` dies at a point, or anywhere; the view serves on, and the next run makes it whole."""

    async def fault(scene: Scene) -> None:
        told = told_by(scene.installation.folder, service, scene.installation.endpoints)
        extra = {SETTING: point} if point else {}
        command = [str(RECADO), "rebuild", service]
        environment = {**clean_environment(), **told, **extra}
        process = spawn(command, output=subprocess.DEVNULL, environment=environment, directory=REPOSITORY)
        if point is None:
            await asyncio.sleep(scene.random.uniform(1.0, 3.0))
            kill_group(process)
        code = await asyncio.to_thread(process.wait, 60)
        if code == -signal.SIGKILL:
            scene.installation.tally.kills[f"{service} at {point or 'rebuild'}"] += 1
            scene.did("rebuild killed")
        elif point is not None:
            scene.ledger.wrong(f"a rebuild of {service} that was to die at {point} ended with {code}")
        again = spawn(
            command, output=subprocess.DEVNULL, environment={**clean_environment(), **told}, directory=REPOSITORY
        )
        if (code := await asyncio.to_thread(again.wait, 90)) != 0:
            scene.ledger.wrong(f"a rebuild of {service} after a killed one ended with {code}")

    return fault
