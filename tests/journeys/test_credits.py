"""Credits come and go while people write: bought, recharged, paid back, disputed; free conversations; editions."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import billing
import httpx
import pytest
from billing.application.rates import read_card

from tests.journeys.company import Company, chilean, end_of, frozen, newly_founded
from tests.journeys.world import Json, World, new_customer, until
from tests.simulator.payments.notices import signature

pytestmark = pytest.mark.timeout(180)
CREDIT, SERVICE = 2_000_000, 30_000
"""micro-US$"""
SAMPLE = Path(billing.__file__).parent / "rates" / "sample.csv"


@pytest.fixture
async def one_free_conversation(world: World) -> AsyncIterator[None]:
    """Of all companies, since yesterday: an allowance of one, and a price of Brazilian service conversations, which
    cost nothing in the sample card. Afterwards what held before."""
    await hold(world, {"free_conversations": 1}, [{"market": "BR", "category": "service", "amount": SERVICE}])
    yield
    await asyncio.sleep(1)  # Policies and cards of the same second: the older one would go on.
    await hold(world, {}, [])


async def hold(world: World, changed: Json, added: list[Json]) -> None:
    since = datetime.now(UTC) - timedelta(days=1)
    card = read_card("sample", since, SAMPLE.read_text(encoding="utf-8").splitlines(), since)
    told = {
        "/policies": {"policy": "R1", **changed},
        "/rate-cards": {
            "rate_card": f"services-{secrets.token_hex(4)}",
            "prices": [*(price.model_dump() for price in card.prices), *added],
            "regions": [region.model_dump() for region in card.regions],
        },
    }
    for path, body in told.items():
        body["valid_from"] = f"{since:%Y-%m-%dT%H:%M:%S}"
        await world.does("POST", "billing", path, body, who="operator", key=secrets.token_hex(8))


async def test_s32_the_wallet_recharges_itself_once_when_it_reaches_its_floor_while_messages_leave(
    world: World,
) -> None:
    company = await newly_founded(world)
    template, _ = await company.approved("MARKETING")
    await company.buys(2)
    wishes = {"on": True, "floor": 1, "amount": 5, "daily_cap": 10}

    async def armed() -> bool:
        answer = await company.asks("PUT", "billing", "/wallet/recharge", wishes, key="wishes")
        assert answer.is_success or answer.json()["rule"] == "no_payment_method", answer.text
        return answer.is_success

    await until(armed, "the saved method is known")
    chats = await asyncio.gather(*(company.starts(template, number=chilean()) for _ in range(24)))
    for chat in chats:
        await company.cost(chat["message_id"], "charged")
    spent = (await company.wallet())["balances"]["spent"]
    assert spent > CREDIT, "its floor was crossed"
    await company.wallet_with(available=7 * CREDIT - spent, held=0)
    paid = [each for each in await company.provider("GET", "/payments") if is_ours(company, each)]
    assert [each["amount"] for each in paid] == [2 * 206, 5 * 206], "bought once, recharged once"
    assert len(await company.told_by_billing("recharge-started")) == 1
    assert len(await company.told_by_billing("balance-low")) == 1
    await company.books_balance()


def is_ours(company: Company, payment: Json) -> bool:
    return bool(payment["metadata"]["organisation_id"] == company.endpoints["organisation"])


async def test_a_refund_and_a_dispute_are_lines_of_the_statement_and_a_won_dispute_gives_back(
    company: Company,
) -> None:
    before = (await company.wallet())["available"]
    payment, amount = await company.pays(3)
    await company.wallet_with(available=before + amount)
    await company.provider("POST", "/refunds", payment_intent=payment, amount=206)
    await company.wallet_with(available=before + amount - CREDIT)
    dispute = await company.provider("POST", "/disputes", payment_intent=payment, amount=412)
    await company.wallet_with(available=before + amount - 3 * CREDIT)
    await company.provider("POST", f"/disputes/{dispute['id']}/close", outcome="won")
    await company.wallet_with(available=before + amount - CREDIT)
    lines = [line["what"] for line in await company.statement()][-4:]
    assert lines == ["credits_purchased", "purchase_refunded", "payment_disputed", "dispute_closed"]


async def test_rule_31_notices_that_come_late_doubled_and_in_another_order_credit_once_and_forged_ones_never(
    company: Company,
) -> None:
    before = (await company.wallet())["available"]
    await company.provider("PATCH", "/delivery", copies=3)
    try:
        payments = [(await company.pays(1, order=order))[0] for order in ([2, 1, 0], [1, 2, 0])]
        await company.wallet_with(available=before + 2 * CREDIT)
    finally:
        await company.provider("PATCH", "/delivery", copies=1)
    for event in (await company.provider("GET", "/state"))["events"]:
        about = event["data"]["object"]
        if {about["id"], about.get("payment_intent")} & set(payments):
            await company.provider("POST", f"/events/{event['id']}/again")
            assert (await notice(company, json.dumps(event).encode())).status_code == 401
    await company.pays(1)
    await company.wallet_with(available=before + 3 * CREDIT)
    bought = [line for line in await company.statement() if line["what"] == "credits_purchased"]
    assert len({line["purchase_id"] for line in bought}) == len(bought), "each is credited once"


async def notice(company: Company, raw: bytes) -> httpx.Response:
    """As somebody sends it who does not know the provider's secret."""
    signed = {"Stripe-Signature": signature("whsec_of_somebody_else_0123", raw)}
    url = f"{company.endpoints['billing']}/webhooks/payments"
    return await company._http.post(url, content=raw, headers=signed)


async def test_s33_customers_conversations_are_free_up_to_the_allowance_and_cost_after_it(
    world: World, one_free_conversation: None
) -> None:
    """An allowance of one, and service conversations that have a price."""
    company = await newly_founded(world)
    await company.buys()
    costs = [await company.cost(await first_answer(company), state) for state in ("free", "charged")]
    assert [cost["reason"] for cost in costs] == ["within_allowance", "beyond_allowance"]
    assert [cost["amount"] for cost in costs] == [0, SERVICE]
    wallet = await company.wallet_with(available=CREDIT - SERVICE, spent=2 * SERVICE, free_allowance=-SERVICE)
    assert [each["used"] for each in wallet["conversations"]] == [2]
    await company.books_balance()


async def first_answer(company: Company) -> str:
    """A customer writes and is answered; the answer's id."""
    wa_id, name = new_customer()
    await company.meta.create_customer(wa_id=wa_id, name=name)
    await company.meta.customer_writes(wa_id, company.number, "Oi")
    talk = await company.conversation_of(name)
    return await company.replies(talk["conversation_id"])


async def test_rule_37_a_downgrade_amid_sending_freezes_receives_and_deletes_nothing_and_an_upgrade_thaws(
    world: World,
) -> None:
    company = await newly_founded(world)
    template, _ = await company.approved("MARKETING")
    await company.buys()
    wa_id, name, _ = await company.contact()
    with frozen(company, "gateway"):
        chats = await asyncio.gather(*(company.starts(template, number=chilean()) for _ in range(3)))
        await has_edition(company, "free")
    ends = [await end_of(company, chat, {"read", "refused", "rejected", "withdrawn"}) for chat in chats]
    stopped = [end for end in ends if end["status"] != "read"]
    assert {end["failure"]["reason"] for end in stopped} <= {"edition_frozen"}
    assert len(await company.meta.sends(company.number)) == len(ends) - len(stopped), "Meta was asked for no other"
    await company.wallet_with(held=0)

    async def is_refused() -> bool:
        body = {"phone_number_id": company.number, "number": chilean(), "template": {"template_id": template}}
        answer = await company.asks("POST", "conversations", "/conversations", body, key=secrets.token_hex(8))
        return answer.status_code == 409 and answer.json()["rule"] == "edition_frozen"

    await until(is_refused, "nobody begins a chat any more")
    await company.meta.customer_writes(wa_id, company.number, "Bom dia")
    talk = await company.conversation_of(name, lambda item: item["window"]["open"])
    await has_edition(company, "premier")
    reply = await until(lambda: replied(company, talk["conversation_id"]), "it is thawed")
    await company.message_shown(talk["conversation_id"], reply, "read")
    await company.books_balance()


async def has_edition(company: Company, edition: str) -> None:
    path = f"/organisations/{company.endpoints['organisation']}/edition"
    await company.does("PUT", "billing", path, {"edition": edition}, who="operator")


async def replied(company: Company, talk: str) -> str | None:
    body, path = {"type": "text", "text": "Estamos de volta"}, f"/conversations/{talk}/messages"
    answer = await company.asks("POST", "conversations", path, body, key=secrets.token_hex(8))
    return str(answer.json()["message_id"]) if answer.is_success else None
