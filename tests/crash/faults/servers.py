"""Broker and database: stopped, killed, frozen, and back."""

from __future__ import annotations

import asyncio
import os
import signal
import time

import httpx

from tests.crash.customers import message_body
from tests.crash.scene import Fault, Scene
from tests.journeys.world import new_customer


def kafka_down(how: str, seconds: float) -> Fault:
    """`how`: stopped as SIGTERM does, or killed."""

    async def fault(scene: Scene) -> None:
        kafka = scene.installation.kafka
        large = asyncio.create_task(_large_body(scene))
        await asyncio.sleep(0.05)
        await asyncio.to_thread(kafka.stop if how == "stopped" else kafka.kill)
        scene.did(f"broker {how}")
        if how == "killed":
            scene.installation.tally.kills["broker"] += 1
        await asyncio.gather(_notices(scene, seconds, "broker"), _refuses_in_time(scene, seconds))
        await asyncio.to_thread(kafka.start)
        await large

    return fault


def kafka_frozen(seconds: float) -> Fault:
    """There, and answering nothing: what it was sent may be stored, and nobody hears of it."""

    async def fault(scene: Scene) -> None:
        pid = scene.installation.kafka.pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        try:
            scene.did("broker frozen")
            await asyncio.sleep(seconds)
        finally:
            os.kill(pid, signal.SIGCONT)

    return fault


def postgres_down(how: str, seconds: float) -> Fault:
    """`how`: fast, immediate (recovery at the next start) or killed."""

    async def fault(scene: Scene) -> None:
        postgres = scene.installation.postgres
        match how:
            case "killed":
                await asyncio.to_thread(postgres.kill)
                scene.installation.tally.kills["database"] += 1
            case _:
                await asyncio.to_thread(postgres.stop, how == "immediate")
        scene.did(f"database {how}")
        await _notices(scene, seconds, "database")
        await asyncio.to_thread(postgres.start)

    return fault


async def _large_body(scene: Scene) -> None:
    """One webhook of many updates, of which some may be stored when the broker goes: all come again, none counts
    twice."""
    account, number = scene.installation.endpoints["waba_id"], scene.traffic.numbers[0]
    people = [new_customer()[0] for _ in range(20)]
    bodies = [message_body(account, number, who, f"wamid.{scene.random.getrandbits(96):x}") for who in people * 10]
    body = {**bodies[0], "entry": [each["entry"][0] for each in bodies]}
    scene.ledger.offered(body)
    try:
        rows = await scene.meta.deliver(body, retry=True, observe=True)
    except httpx.TimeoutException:
        return  # it is delivered all the same; only we do not wait for it
    if rows[0]["status"] == 200:
        scene.ledger.taken(body)
        scene.did("many updates in one body while the broker goes")


async def _notices(scene: Scene, seconds: float, server: str) -> None:
    """While a server is away for long enough, some process of every service says that it is not ready."""
    ready_at_last: dict[str, bool] = {}
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        await asyncio.sleep(0.5)
        for service in ("gateway", "conversations", "crm", "billing"):
            running = [w for w in scene.installation.of(service) if w.pid is not None]
            ready = await asyncio.gather(*(worker.is_ready(scene.http) for worker in running))
            ready_at_last[service] = all(ready)
    if seconds >= 6.0:
        for service, is_ready in ready_at_last.items():
            if is_ready:
                scene.ledger.wrong(f"{service} was ready after {seconds:.0f} s without the {server}")


async def _refuses_in_time(scene: Scene, seconds: float) -> None:
    """While there is no broker no webhook is acknowledged, and Meta is told so within seconds."""
    deadline, body = time.monotonic() + seconds - 5.5, _nothing_new(scene)
    while time.monotonic() < deadline:
        begun = time.monotonic()
        try:
            rows = await scene.meta.deliver(body)
        except httpx.TransportError:
            return
        if rows[0]["status"] == 503:
            scene.took("webhook refused while there is no broker", time.monotonic() - begun)
        elif rows[0]["status"] == 200:
            scene.ledger.wrong("a webhook was acknowledged while there was no broker")
        await asyncio.sleep(1.0)


def _nothing_new(scene: Scene) -> dict[str, object]:
    """An update that changes nothing wherever it gets: another app's status of another app's message."""
    status = {"id": "wamid.nobody", "status": "sent", "timestamp": "1790000000", "recipient_id": "5511900000000"}
    number = scene.traffic.numbers[0]
    value = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": number}, "statuses": [status]}
    change = {"field": "messages", "value": value}
    account = scene.installation.endpoints["waba_id"]
    return {"object": "whatsapp_business_account", "entry": [{"id": account, "changes": [change]}]}
