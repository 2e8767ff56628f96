"""Rule 7 over the whole system: every permutation of statuses, before and after the send's own response."""

from __future__ import annotations

import asyncio
from itertools import permutations

import pytest

from tests.journeys.world import World, new_customer, until

pytestmark = pytest.mark.timeout(240)
ORDERS = list(permutations(["sent", "delivered", "read"]))


async def test_pain_07_rule_7_every_permutation_of_statuses_shows_the_same(world: World) -> None:
    await world.meta.change_rules(auto_statuses=[])
    try:
        await asyncio.gather(*(one_order(world, order) for order in ORDERS))
    finally:
        await world.meta.change_rules(auto_statuses=["sent", "delivered", "read"])
    await world.settled()
    assert world.parked() == 0


async def one_order(world: World, order: tuple[str, ...]) -> None:
    wa_id, name = new_customer()
    await world.meta.create_customer(wa_id=wa_id, name=name)
    await world.meta.customer_writes(wa_id, world.number, "Oi")
    talk = (await world.conversation_of(name))["conversation_id"]
    message_id = await world.replies(talk)

    async def sent() -> str | None:
        return next((send.id for send in await world.meta.sends() if send.wa_id == wa_id), None)

    wamid = await until(sent, "Meta accepted the reply")
    for status in order:
        await world.meta.status(wamid, status)
    shown = await world.message_shown(talk, message_id, "read")

    async def all_there() -> bool:
        (line,) = [m for m in await world.timeline(talk) if m["message_id"] == message_id]
        return set(line["statuses"]) == {"accepted", "sent", "delivered", "read"} and line["status"] == "read"

    await until(all_there, f"every status of {order} is kept")
    assert shown["error"] is None
