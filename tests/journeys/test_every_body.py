"""Every kind of body that Meta sends answers 200, and nothing is stuck because of it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.journeys.world import World, new_customer
from tests.simulator import bodies

pytestmark = pytest.mark.timeout(240)


async def test_every_kind_of_body_answers_200_and_nothing_is_stuck(world: World) -> None:
    line = bodies.Line(world.endpoints["waba_id"], world.number)
    person = bodies.PEOPLE[0]
    made = bodies.every_kind(line, person, int(datetime.now(UTC).timestamp()), 1)
    rows = await world.meta.deliver(*made.values())
    assert {row["status"] for row in rows} == {200}
    await world.settled(120)
    assert world.parked() == 0
    await world.ready()
    wa_id, name = new_customer()
    await world.meta.create_customer(wa_id=wa_id, name=name)
    await world.meta.customer_writes(wa_id, world.number, "still here?")
    await world.conversation_of(name)
