"""D1 over the whole system: a rebuild from the logs changes nothing."""

from __future__ import annotations

import pytest
from billing import main as billing_main
from billing.domain import private as billing_private
from conversations import main as conversations_main
from conversations.domain import private as conversations_private
from crm import main as crm_main
from crm.domain import private as crm_private
from recado_chassis.following.rebuild import digest, rebuild
from recado_chassis.mapper import Mapper
from recado_events.catalogue import EVENTS
from templates import main as templates_main
from templates.domain import private as templates_private

from tests.journeys.world import World, new_customer

pytestmark = pytest.mark.timeout(180)


async def test_d1_every_view_rebuilt_from_its_log_is_the_same(world: World) -> None:
    for _ in range(3):
        wa_id, name = new_customer()
        await world.meta.create_customer(wa_id=wa_id, name=name)
        await world.meta.customer_writes(wa_id, world.number, "Oi")
        talk = await world.conversation_of(name)
        await world.replies(talk["conversation_id"])
    await world.settled()
    for service, main, private in (
        ("conversations", conversations_main, conversations_private),
        ("templates", templates_main, templates_private),
        ("crm", crm_main, crm_private),
        ("billing", billing_main, billing_private),
    ):
        dsn = world.endpoints["databases"][service]
        mapper = Mapper((*EVENTS.values(), *private.PRIVATE))
        for projection in main.SHOWS:
            before = digest(dsn, projection)
            rebuild(dsn, projection, mapper)
            assert digest(dsn, projection) == before
