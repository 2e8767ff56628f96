"""Broker, database and each service stopped and started while webhooks arrive: nothing lost, nothing doubled."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable

import pytest

from tests.journeys.world import SERVICES, World, new_customer

pytestmark = pytest.mark.timeout(300)
MESSAGES = 40


async def write_steadily(world: World, wa_id: str, count: int = MESSAGES) -> None:
    for index in range(count):
        await world.meta.customer_writes(wa_id, world.number, f"mensagem {index}")
        await asyncio.sleep(0.1)


async def check_one_effect_each(world: World, name: str, count: int = MESSAGES) -> None:
    await world.ready(120)
    talk = await world.conversation_of(name, lambda item: item["unread"] == count)
    await world.settled(120)
    lines = await world.timeline(talk["conversation_id"])
    assert Counter(line["content"]["body"] for line in lines) == Counter(f"mensagem {i}" for i in range(count))
    assert len(await world.contacts_named(name)) == 1
    assert world.parked() == 0


async def during(world: World, fault: Callable[[], None]) -> None:
    """Webhooks arrive before, while and after something is down."""
    wa_id, name = new_customer()
    await world.meta.create_customer(wa_id=wa_id, name=name)
    writing = asyncio.create_task(write_steadily(world, wa_id))
    await asyncio.sleep(1.0)
    await asyncio.to_thread(fault)
    await writing
    await check_one_effect_each(world, name)


@pytest.mark.long
@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_killed_and_started_again_loses_and_doubles_nothing(world: World, service: str) -> None:
    def fault() -> None:
        component = world.component(service)
        component.kill()
        component.start()

    await during(world, fault)


@pytest.mark.long
async def test_a_broker_stopped_and_started_again_loses_and_doubles_nothing(world: World) -> None:
    def fault() -> None:
        server = world.component("kafka")._server  # type: ignore[attr-defined]
        server.stop()
        server.start()

    await during(world, fault)


@pytest.mark.long
async def test_a_database_stopped_and_started_again_loses_and_doubles_nothing(world: World) -> None:
    def fault() -> None:
        server = world.component("postgres")._server  # type: ignore[attr-defined]
        server.stop()
        server.start()

    await during(world, fault)


async def test_a_service_stopped_by_sigterm_ends_in_time_and_loses_nothing(world: World) -> None:
    def fault() -> None:
        for service in SERVICES:
            component = world.component(service)
            component.stop()
            component.start()

    await during(world, fault)
