"""What customers do, and what Meta makes of it on the way."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from tests.crash.traffic import Traffic
from tests.journeys.world import new_customer
from tests.simulator.bodies import coexistence
from tests.simulator.bodies.envelope import Line, Person
from tests.simulator.faults import Scope

OF_MESSAGES = Scope(kind="messages")
OF_STATUSES = Scope(kind="statuses")
KINDS = ("text", "text", "text", "image", "audio", "location", "contacts", "sticker", "document")
PAST = 1_790_000_000


async def somebody_new_writes_a_burst(traffic: Traffic) -> None:
    """Several messages at once from an unknown sender: one customer, one conversation, one turn of the rota."""
    wa_id, name = new_customer()
    number = traffic.random.choice(traffic.numbers)
    await traffic.meta.create_customer(wa_id=wa_id, name=name)
    traffic.customers.append((wa_id, number))
    count = traffic.random.randint(2, 8)
    await asyncio.gather(*(writes(traffic, wa_id, number, f"primeira {i}") for i in range(count)))


async def a_customer_writes(traffic: Traffic) -> None:
    wa_id, number = somebody(traffic)
    kind, text = traffic.random.choice(KINDS), f"olá {traffic.random.randint(0, 999)}"
    await writes(traffic, wa_id, number, text if kind == "text" else None, type=kind)


async def meta_delivers_a_message_many_times(traffic: Traffic) -> None:
    await traffic.meta.fault("duplicate", copies=traffic.random.randint(1, 10), scope=OF_MESSAGES)
    await a_customer_writes(traffic)


async def meta_delivers_many_in_one_body(traffic: Traffic) -> None:
    await traffic.meta.fault("batch", count=12, seconds=0.4, scope=OF_MESSAGES)
    await asyncio.gather(*(a_customer_writes(traffic) for _ in range(12)))


async def meta_delivers_statuses_reversed(traffic: Traffic) -> None:
    await traffic.meta.fault("reorder", count=3, seconds=0.6, scope=OF_STATUSES)


async def meta_delivers_statuses_ten_times(traffic: Traffic) -> None:
    await traffic.meta.fault("duplicate", count=3, copies=10, scope=OF_STATUSES)


async def meta_delivers_statuses_late(traffic: Traffic) -> None:
    await traffic.meta.fault("delay", count=3, seconds=3.0, scope=OF_STATUSES)


async def a_customer_reacts_edits_or_revokes(traffic: Traffic) -> None:
    if not traffic.wamids:
        return
    wa_id, number, wamid = traffic.random.choice(traffic.wamids)
    match traffic.random.randrange(3):
        case 0:
            await traffic.meta.customer_reacts(wa_id, number, wamid, traffic.random.choice(["👍", "🎉", None]))
        case 1:
            await traffic.meta.customer_edits(wa_id, number, wamid, "mudei de ideia")
        case _:
            await traffic.meta.customer_revokes(wa_id, number, wamid)


async def meta_uses_an_id_again_for_something_else(traffic: Traffic) -> None:
    """The first one stays, and the conflict is noted once."""
    wa_id, number = somebody(traffic)
    wamid = await traffic.meta.customer_writes(wa_id, number, "primeiro")
    await traffic.meta.customer_writes(wa_id, number, "segundo", wamid=wamid)


async def somebody_forges_a_webhook(traffic: Traffic) -> None:
    wa_id, number = somebody(traffic)
    wamid = f"wamid.forged{traffic.random.getrandbits(64):x}"
    body = message_body(traffic.world.endpoints["waba_id"], number, wa_id, wamid)
    how: dict[str, Any] = {"signed": False} if traffic.random.random() < 0.5 else {"secret": "a secret nobody has here"}
    for row in await traffic.meta.deliver(body, **how):
        traffic.ledger.posted_unsigned(row["status"])


async def another_app_has_statuses_and_somebody_forges_a_tag(traffic: Traffic) -> None:
    wa_id, number = somebody(traffic)
    wamid = f"wamid.other{traffic.random.getrandbits(64):x}"
    extra = {"biz_opaque_callback_data": f"v1.{traffic.random.getrandbits(128):032x}.1.{'0' * 16}"}
    about: dict[str, Any] = {"extra": extra} if traffic.random.random() < 0.5 else {}
    await traffic.meta.status(wamid, "delivered", phone_number_id=number, customer=wa_id, **about)


async def the_phone_app_hands_over_its_past(traffic: Traffic) -> None:
    """Of a customer who writes now too, once more with what was in it, until it is acknowledged."""
    wa_id, number = somebody(traffic)
    line = Line(traffic.accounts.get(number) or traffic.world.endpoints["waba_id"], number)
    person = Person(wa_id=wa_id, user_id=None, name=None)
    told = [
        coexistence.history_message(
            traffic.random.choice([wa_id, line.digits]),
            f"wamid.past{traffic.random.getrandbits(64):x}",
            PAST + at,
            text={"body": f"antes {at}"},
        )
        for at in range(traffic.random.randint(1, 4))
    ]
    for body in (coexistence.history_body(line, person, told), coexistence.history_body(line, person, told[:1])):
        traffic.ledger.offered(body)
        if any(row["status"] == 200 for row in await traffic.meta.deliver(body)):
            traffic.ledger.taken(body)


def message_body(waba_id: str, number: str, wa_id: str, wamid: str) -> dict[str, Any]:
    """A webhook with one text, as Meta writes it."""
    message = {"from": wa_id, "id": wamid, "timestamp": str(int(time.time())), "type": "text", "text": {"body": "Olá"}}
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550000199", "phone_number_id": number},
        "contacts": [{"profile": {"name": f"Cliente {wa_id}"}, "wa_id": wa_id}],
        "messages": [message],
    }
    change = {"field": "messages", "value": value}
    return {"object": "whatsapp_business_account", "entry": [{"id": waba_id, "changes": [change]}]}


def somebody(traffic: Traffic) -> tuple[str, str]:
    if not traffic.customers:
        traffic.customers.append((new_customer()[0], traffic.random.choice(traffic.numbers)))
    return traffic.random.choice(traffic.customers)


async def writes(traffic: Traffic, wa_id: str, number: str, text: str | None, **what: Any) -> None:
    """Of whoever is blocked nothing comes."""
    wamid = await traffic.meta.customer_writes(wa_id, number, text, **what)
    if wamid:
        traffic.wamids.append((wa_id, number, wamid))
