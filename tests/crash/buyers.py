"""Credits: administrators buy them, the provider takes the money and says so as on bad days, wallets recharge."""

from __future__ import annotations

from typing import Any

from recado_events.billing import MICROS_A_CREDIT

from tests.crash.traffic import Traffic

NOTICES = 3
"""So many follow a paid session: of the charge, of the intent and of the session."""
CONFIRMATIONS, SESSIONS = "/confirm", "/checkout/sessions"


async def somebody_buys_credits(traffic: Traffic) -> None:
    """Clicks more than once, tries a card that is declined, or leaves the page."""
    session = await _orders(traffic, traffic.random.randint(1, 3))
    chance = traffic.random.random()
    if session is None or chance < 0.1:
        return
    if chance < 0.25:
        await traffic.payer.pays(session, order=[], card="card_declined")
    await pays(traffic, session)


async def the_providers_answer_to_an_order_is_lost(traffic: Traffic) -> None:
    """The same order finds the page that was opened, or opens it."""
    await traffic.payer.fails(traffic.random.choice(["drop_after", "error"]), SESSIONS)
    await somebody_buys_credits(traffic)


async def the_wallet_falls_to_its_floor(traffic: Traffic) -> None:
    """For the floor is raised: it is recharged, once. Sometimes nobody hears that the provider has done it."""
    answer = await traffic.world.asks("GET", "billing", "/wallet")
    if not answer.is_success or not answer.json()["recharge"]["has_payment_method"]:
        return
    if traffic.random.random() < 0.2:
        await traffic.payer.fails("drop_after", CONFIRMATIONS)
    floor = answer.json()["available"] // MICROS_A_CREDIT + 1
    wished = {"on": True, "floor": floor, "amount": traffic.random.randint(1, 2), "daily_cap": 1_000_000}
    await traffic.insist("PUT", "billing", "/wallet/recharge", wished, who="administrator", key=traffic.key())


async def somebody_wants_their_money_back(traffic: Traffic) -> None:
    if not traffic.payments:
        return
    payment = traffic.random.choice(traffic.payments)
    if traffic.random.random() < 0.5:
        await traffic.payer.is_paid_back(payment, traffic.random.randint(1, 100))
    else:
        await traffic.payer.disputes(payment, traffic.random.choice(["won", "lost"]))


async def pays(traffic: Traffic, session: str) -> None:
    """The notices of it come in any order, often more than once."""
    order = traffic.random.sample(range(NOTICES), NOTICES)
    await traffic.payer.delivers(copies=traffic.random.choice([1, 1, 2, 5]))
    payment = await traffic.payer.pays(session, order=order)
    if payment is not None:
        traffic.payments.append(payment)


async def buys(traffic: Traffic, credits: int) -> None:
    """Without any whims."""
    session = await _orders(traffic, credits)
    if session is not None:
        await pays(traffic, session)


async def _orders(traffic: Traffic, credits: int) -> str | None:
    """The provider's session."""
    key, answer = traffic.key(), None
    for _ in range(traffic.random.choice([1, 1, 2, 3])):
        answer = await traffic.insist(
            "POST", "billing", "/purchases", {"credits": credits}, who="administrator", key=key
        )
        if answer is None:
            return None
        traffic.ledger.agree(key, answer["purchase_id"])
    found: Any = answer
    return str(found["checkout_url"].rpartition("/")[2])
