"""D1 over the whole system: a rebuild from the logs changes nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator

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

from tests.journeys.world import Json, World, new_customer

pytestmark = pytest.mark.timeout(180)


async def test_pain_23_d1_every_view_rebuilt_from_its_log_is_the_same(world: World) -> None:
    for _ in range(3):
        wa_id, name = new_customer()
        await world.meta.create_customer(wa_id=wa_id, name=name)
        await world.meta.customer_writes(wa_id, world.number, "Oi")
        talk = await world.conversation_of(name)
        await world.replies(talk["conversation_id"])
    await world.settled()
    figures = await numbers(world)
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
    assert await numbers(world) == figures


async def numbers(world: World) -> dict[str, object]:
    """What people read off: each total is the sum of the rows that explain it."""
    badge = (await world.does("GET", "conversations", "/counters"))["unread"]
    rows = [item async for item in pages(world, "conversations", "/conversations?limit=100")]
    assert badge == sum(row["unread"] for row in rows) > 0
    lines = [line async for line in pages(world, "billing", "/wallet/statement?limit=100")]
    balances = (await world.does("GET", "billing", "/wallet"))["balances"]
    assert balances == {account: sum(line["moved"].get(account, 0) for line in lines) for account in balances}
    return {"badge": badge, "unread": {row["conversation_id"]: row["unread"] for row in rows}, "balances": balances}


async def pages(world: World, service: str, path: str) -> AsyncIterator[Json]:
    cursor: str | None = ""
    while cursor is not None:
        page = await world.does("GET", service, f"{path}&cursor={cursor}" if cursor else path)
        for item in page["items"]:
            yield item
        cursor = page["next_cursor"]
