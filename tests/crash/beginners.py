"""Conversations that the business begins: an approved template to somebody who never wrote, and what comes of it."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.crash.customers import writes
from tests.crash.traffic import Traffic
from tests.journeys.world import new_customer

FORMS: dict[str, dict[str, Any]] = {
    "kept_utility": {"category": "UTILITY", "body": "Seu pedido está pronto."},
    "kept_marketing": {
        "category": "MARKETING",
        "body": "Olá #{contact.first_name}, temos novidades.",
        "fields": [{"name": "contact.first_name", "sample": "Maria", "fallback": "cliente"}],
    },
}
"""Templates that nobody touches, so that there is always something to begin with."""
ENDS = ["no"] * 8 + ["failed", "refused"]


async def an_agent_begins_a_chat(traffic: Traffic) -> None:
    """With a number that is typed. It is delivered, fails, or is refused; some answer, which opens the window."""
    template = await _some_template(traffic)
    if template is None:
        return
    wa_id, name = new_customer()
    number, end = traffic.random.choice(traffic.numbers), traffic.random.choice(ENDS)
    await traffic.meta.create_customer(wa_id=wa_id, name=name, undeliverable=end)
    body = {"phone_number_id": number, "number": f"+{wa_id}", "template": {"template_id": template}}
    if await _asks(traffic, "/conversations", body) and end == "no" and traffic.random.random() < 0.4:
        await asyncio.sleep(traffic.random.uniform(0.5, 3.0))
        await writes(traffic, wa_id, number, "Oi, recebi.")
        traffic.customers.append((wa_id, number))


async def a_template_is_sent_in_a_conversation(traffic: Traffic) -> None:
    template, answer = await _some_template(traffic), await traffic.world.asks("GET", "conversations", "/conversations")
    talks = answer.json()["items"] if answer.is_success else []
    if template is not None and talks:
        path = f"/conversations/{traffic.random.choice(talks)['conversation_id']}/messages"
        await _asks(traffic, path, {"type": "template", "template_id": template})


async def somebody_wants_no_marketing_or_wants_it_again(traffic: Traffic) -> None:
    if traffic.customers:
        wa_id, number = traffic.random.choice(traffic.customers)
        await traffic.meta.customer_prefers(wa_id, number, traffic.random.choice(["stop", "resume"]))


async def kept_templates_are_made(traffic: Traffic) -> None:
    """Until Meta has approved them and everybody knows it."""
    waba = traffic.world.endpoints["waba_id"]
    for name, form in FORMS.items():
        body = {"waba_id": waba, "name": name, "language": "pt_BR", **form}
        await traffic.insist("POST", "templates", "/templates", body, who="administrator", key=traffic.key())
    while len(await _approved(traffic)) < len(FORMS):
        await asyncio.sleep(0.3)


async def _asks(traffic: Traffic, path: str, body: dict[str, Any]) -> bool:
    """Whether it was accepted; clicked more than once, it is one message."""
    key = traffic.key()
    for _ in range(traffic.random.choice([1, 1, 1, 2, 3])):
        answer = await traffic.insist("POST", "conversations", path, body, who="administrator", key=key)
        if answer is None:
            return False
        traffic.ledger.answer(key, answer["message_id"])
    return True


async def _some_template(traffic: Traffic) -> str | None:
    """Often one that Meta is about to pause, or somebody to delete."""
    found = await _approved(traffic)
    return traffic.random.choice(found) if found else None


async def _approved(traffic: Traffic) -> list[str]:
    answer = await traffic.world.asks("GET", "templates", "/templates?state=approved&limit=50")
    rows = answer.json()["items"] if answer.is_success else []
    mine = [row for row in rows if row["name"].startswith(("n", "kept"))]
    return [row["template_id"] for row in mine]
