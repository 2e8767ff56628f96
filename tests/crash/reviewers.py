"""Templates: administrators make and delete them, Meta judges them and thinks again, and says so as on bad days."""

from __future__ import annotations

from typing import Any

from tests.crash.traffic import Traffic
from tests.simulator.faults import Scope

MOST = 120
"""At an account; more are not made, so that nobody meets the limit."""
STATES = ("APPROVED", "PAUSED", "APPROVED", "DISABLED", "FLAGGED", "ARCHIVED", "UNARCHIVED")
OF_TEMPLATES = Scope(kind="message_template_status_update")


async def an_administrator_makes_a_template(traffic: Traffic) -> None:
    waba = traffic.world.endpoints["waba_id"]
    if len(await traffic.meta.templates(waba)) > MOST:
        return
    name = f"n{traffic.random.getrandbits(64):016x}"
    form = {"waba_id": waba, "name": name, "language": "pt_BR", "category": "UTILITY", "body": "Está pronto."}
    key = traffic.key()
    for _ in range(traffic.random.choice([1, 1, 2, 3])):
        answer = await traffic.insist("POST", "templates", "/templates", form, who="administrator", key=key)
        if answer is not None:
            traffic.ledger.agree(key, answer["template_id"])


async def an_administrator_deletes_a_template(traffic: Traffic) -> None:
    answer = await traffic.world.asks("GET", "templates", "/templates?state=approved&limit=50")
    rows = [row for row in answer.json()["items"] if row["name"].startswith("n")] if answer.is_success else []
    if rows:
        path, key = f"/templates/{traffic.random.choice(rows)['template_id']}", traffic.key()
        await traffic.insist("DELETE", "templates", path, who="administrator", key=key)


async def meta_thinks_again(traffic: Traffic) -> None:
    """Sometimes told many times, sometimes late, sometimes not at all."""
    waba = traffic.world.endpoints["waba_id"]
    known = [one for one in await traffic.meta.templates(waba) if one.name.startswith("n") and one.status != "PENDING"]
    if not known:
        return
    one, chance = traffic.random.choice(known), traffic.random.random()
    if chance < 0.3:
        await traffic.meta.fault("duplicate", copies=5, scope=OF_TEMPLATES)
    elif chance < 0.5:
        await traffic.meta.fault("delay", seconds=2.0, scope=OF_TEMPLATES)
    change: dict[str, Any] = {"event": traffic.random.choice(STATES)}
    if chance > 0.7:
        change = {"category": traffic.random.choice(["MARKETING", "UTILITY"]), "quality": "YELLOW"}
    await traffic.meta.change_template(waba, one.name, language="pt_BR", told=chance < 0.9, **change)


async def an_answer_about_a_template_is_lost(traffic: Traffic) -> None:
    """The submission itself is taken, or not."""
    at = Scope(operation="message_templates", method="POST")
    when = traffic.random.choice(["before", "after"])
    await traffic.meta.fault("drop", when=when, scope=at)  # type: ignore[arg-type]
    await an_administrator_makes_a_template(traffic)
