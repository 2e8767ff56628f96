"""A number is connected after its customers wrote: what waited is released once, whoever dies while it is."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import psycopg

from tests.crash.customers import message_body
from tests.crash.faults.kills import at_point
from tests.crash.scene import Fault, Scene
from tests.journeys.world import new_customer

_SECONDS = 60.0
_HELD = "SELECT count(*) FROM inbound_archive WHERE standing = 'held' AND phone_number_id = %s"
PIN = "123456"


def released(point: str | None) -> Fault:
    """The gateway dies at the point while it releases; None: it lives."""

    async def fault(scene: Scene) -> None:
        waba = await scene.meta.create_waba()
        number = await scene.meta.create_phone_number(waba.id, f"+1 555-{scene.random.randrange(100, 999)}-0123")
        for _ in range(4):
            await _written(scene, waba.id, number.id)
        if not await scene.until(lambda: _held(scene, number.id) >= 4, _SECONDS, 0.5):
            scene.ledger.wrong("updates of a number that nobody serves did not get into quarantine")
        connecting = asyncio.create_task(connected(scene, waba.id, number.id))
        if point is not None:
            await at_point(scene, "gateway", point)
        await connecting
        scene.did("quarantine released")
        scene.traffic.accounts[number.id] = waba.id
        scene.traffic.numbers.append(number.id)

    return fault


async def connected(scene: Scene, waba_id: str, number: str) -> None:
    """Through all its steps, begun again wherever it was cut off."""
    deadline = asyncio.get_running_loop().time() + _SECONDS
    while asyncio.get_running_loop().time() < deadline:
        try:
            if await _step(scene, waba_id, number):
                return
        except httpx.TransportError:
            pass
        await asyncio.sleep(0.5)
    scene.ledger.wrong(f"a number could not be connected within {_SECONDS:.0f} s")


async def _step(scene: Scene, waba_id: str, number: str) -> bool:
    world, path = scene.traffic.world, f"/channels/{number}"
    found = await world.asks("GET", "gateway", path)
    status = found.json()["status"] if found.is_success else None
    asked: dict[str, Any] = {"code": await scene.meta.mint_code(waba_id, number), "pin": PIN}
    if found.status_code == 404:
        await world.asks("POST", "gateway", "/channels", {**asked, "waba_id": waba_id, "phone_number_id": number})
    elif status == "connecting":
        await world.asks("POST", "gateway", f"{path}/resume", asked)
        await world.asks("PUT", "gateway", f"{path}/details", {"name": f"Desk {number[-4:]}"})
    elif status == "connected":
        rota = {"members": scene.installation.launcher.organisation.agents, "only_online": False}
        answer = await world.asks("PUT", "conversations", f"/channels/{number}/rota", rota)
        return answer.is_success
    return False


async def _written(scene: Scene, waba_id: str, number: str) -> None:
    """Posted until it is taken, as Meta does."""
    wa_id, _ = new_customer()
    body = message_body(waba_id, number, wa_id, f"wamid.early{scene.random.getrandbits(64):x}")
    scene.ledger.offered(body)
    while (await scene.meta.deliver(body))[0]["status"] != 200:
        await asyncio.sleep(0.3)
    scene.ledger.taken(body)


def _held(scene: Scene, number: str) -> int:
    dsn = scene.installation.endpoints["databases"]["gateway"]
    try:
        with psycopg.connect(dsn, autocommit=True, connect_timeout=5) as connection:
            row = connection.execute(_HELD, [number]).fetchone()
    except psycopg.Error:
        return 0
    return row[0] if row else 0
