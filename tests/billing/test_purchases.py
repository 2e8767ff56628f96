"""Credits are bought at the payment provider, and only its signed notice proves it (rules 23, 31)."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from uuid import uuid4

import pytest
from billing.adapters.provider.notices import commands_of
from billing.commands import NoteRefund
from billing.domain import paying
from billing.domain.private import NoticeSetAside
from recado_chassis.http.problems import Problem
from recado_events.billing import CreditsPurchased, DisputeClosed, PaymentDisputed, PurchaseRefunded

from tests.billing.office import Office
from tests.billing.provider import SECRET
from tests.billing.stage import Stage
from tests.harness.on_memory import NOON
from tests.simulator.payments.notices import signature

CREDIT = 2_000_000


async def refund(office: Office, payment: str, amount: int | None = None) -> None:
    how = {} if amount is None else {"amount": amount}
    await asyncio.to_thread(office.provider.does, "POST", "/refunds", payment_intent=payment, **how)


async def posts(office: Office, notice: Any, secret: str = SECRET, at: int | None = None) -> int:
    """A notice as if the provider sent it."""
    body = notice if isinstance(notice, bytes) else json.dumps(notice).encode()
    headers = {"Stripe-Signature": signature(secret, body, at)}
    return (await office.client.post("/webhooks/payments", content=body, headers=headers)).status_code


async def test_s31_credits_are_bought_by_hand_and_the_fee_is_no_balance(office: Office) -> None:
    bought = await office.does("POST", "/purchases", {"credits": 10})
    assert (bought["amount"], bought["fee"]) == (10 * CREDIT, 600_000)
    assert await office.available() == 0, "an open page is no payment"
    await asyncio.to_thread(office.provider.pays, bought["checkout_url"].rsplit("/", 1)[1])
    await office.until(lambda: office.stands(bought["purchase_id"]) == "paid", "the purchase is credited")
    wallet = await office.sees("/wallet")
    assert (wallet["credits"], wallet["available"]) == ("10.000", 10 * CREDIT)
    assert wallet["balances"]["payment_fees"] == 600_000
    assert wallet["balances"]["purchases"] == -10 * CREDIT - 600_000
    seen = await office.sees(f"/purchases/{bought['purchase_id']}")
    assert (seen["state"], seen["how"], seen["fee"]) == ("paid", "checkout", 600_000)
    assert [each["purchase_id"] for each in (await office.sees("/purchases"))["items"]] == [bought["purchase_id"]]


async def test_rule_31_the_same_notice_any_number_of_times_credits_once(office: Office) -> None:
    office.provider.delivers(copies=5)
    bought = await office.buys(1)
    for event in office.provider.events_of("payment_intent.succeeded", bought["payment"]):
        for _ in range(3):
            office.provider.does("POST", f"/events/{event['id']}/again")
            assert await posts(office, event) == 200
    assert len(office.service.facts(CreditsPurchased)) == 1
    assert await office.available() == CREDIT


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0], [1, 2, 0]])
async def test_rule_31_notices_in_any_order_credit_once(office: Office, order: list[int]) -> None:
    await office.buys(1, order=order)
    assert len(office.service.facts(CreditsPurchased)) == 1


async def test_rule_31_what_no_secret_of_ours_signed_is_no_proof(office: Office) -> None:
    office.provider.delivers(held=True)
    bought = await office.does("POST", "/purchases", {"credits": 1})
    paid = await asyncio.to_thread(office.provider.pays, bought["checkout_url"].rsplit("/", 1)[1])
    (event,) = office.provider.events_of("payment_intent.succeeded", paid["payment_intent"])
    assert await posts(office, event, "whsec_of_somebody_else_0123") == 401
    assert await posts(office, event, at=1) == 401
    now = int(office.clock.now().timestamp())
    assert await posts(office, event, at=now - 301) == 401
    assert await posts(office, event, at=now + 360) == 401
    raw = json.dumps(event).encode()
    for headers in ({}, {"Stripe-Signature": "t=1"}, {"Stripe-Signature": f"v1={'0' * 64}"}):
        answer = await office.client.post("/webhooks/payments", content=raw, headers=headers)
        assert answer.status_code == 401
    changed = await office.client.post(
        "/webhooks/payments", content=raw + b"\n", headers={"Stripe-Signature": signature(SECRET, raw)}
    )
    assert changed.status_code == 401
    assert await office.available() == 0
    assert await posts(office, event, at=now - 290) == 200
    assert await office.available() == CREDIT


@pytest.mark.parametrize("data", [[], "x", 5, {"object": []}, {"object": "x"}, {"object": {"metadata": [1]}}, True])
@pytest.mark.parametrize("kind", ["payment_intent.succeeded", "charge.dispute.created", "charge.refunded"])
def test_a_notice_whose_data_have_another_shape_is_refused(kind: str, data: Any) -> None:
    """A 500 would be sent again for days."""
    with pytest.raises(Problem) as refused:
        commands_of({"id": "evt_1", "type": kind, "data": data}, NOON)
    assert (refused.value.status, refused.value.rule) == (400, "malformed_notice")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"id": 1}',
        b'{"id": "evt_1", "type": 5}',
        b'{"id": "e", "type": "x", "data": {"object": []}}',
    ],
)
async def test_a_signed_notice_that_is_none_is_refused(office: Office, body: bytes) -> None:
    assert await posts(office, body) == 400


async def test_rule_31_notices_that_are_not_ours_change_nothing(office: Office) -> None:
    nobodys = {"organisation_id": str(uuid4()), "purchase_id": str(uuid4())}
    paid = {"amount_received": 206, "currency": "usd", "id": "pi_1", "metadata": nobodys}
    strange: list[Any] = [
        {"id": "evt_1", "type": "customer.created", "data": {"object": {"id": "cus_1"}}},
        {"id": "evt_2", "type": "payment_intent.succeeded", "data": {"object": {**paid, "metadata": {}}}},
        {"id": "evt_3", "type": "payment_intent.succeeded", "data": {"object": paid}},
        {"id": "evt_4", "type": "charge.refunded", "data": {"object": {"amount_refunded": 1, "metadata": nobodys}}},
        {"id": "evt_5", "type": "an.unheard_of.kind", "data": {}},
    ]
    end = office.service.store.end()
    for notice in strange:
        assert await posts(office, notice) == 200
    assert office.service.store.end() == end


@pytest.mark.parametrize("told", [{"amount_received": 1}, {"currency": "brl"}])
async def test_rule_31_what_was_paid_has_to_be_what_was_asked(office: Office, told: dict[str, Any]) -> None:
    bought = await office.does("POST", "/purchases", {"credits": 1})
    labels = {"organisation_id": str(office.organisation), "purchase_id": bought["purchase_id"]}
    paid = {"amount_received": 206, "currency": "usd", "id": "pi_2", "metadata": labels, **told}
    assert await posts(office, {"id": "evt_6", "type": "payment_intent.succeeded", "data": {"object": paid}}) == 200
    assert await office.available() == 0
    assert (await office.sees(f"/purchases/{bought['purchase_id']}"))["state"] == "set_aside"


async def test_both_secrets_are_taken_while_one_is_replaced(office: Office) -> None:
    async with Office(office.dsn, office.provider, payments_secrets=["whsec_of_the_next_year_01", SECRET]) as rotated:
        harmless = {"id": "evt_7", "type": "customer.created", "data": {"object": {}}}
        assert await posts(rotated, harmless, SECRET) == 200
        assert await posts(rotated, harmless, "whsec_of_the_next_year_01") == 200
        assert await posts(rotated, harmless, "whsec_of_the_last_year_01") == 401


async def test_refunds_are_entries_of_what_was_paid_back_so_far(office: Office) -> None:
    bought = await office.buys(10)
    await refund(office, bought["payment"], 1_030)
    await office.until(lambda: len(office.service.facts(PurchaseRefunded)) == 1, "the refund is entered")
    assert await office.available() == 5 * CREDIT
    await refund(office, bought["payment"])
    await office.until(lambda: len(office.service.facts(PurchaseRefunded)) == 2, "all of it is paid back")
    wallet = await office.sees("/wallet")
    assert wallet["balances"] == dict.fromkeys(wallet["balances"], 0)
    older, later = office.provider.events_of("charge.refunded", bought["payment"])
    assert await posts(office, {**older, "id": "evt_8"}) == 200
    assert await posts(office, {**later, "id": "evt_9"}) == 200
    assert len(office.service.facts(PurchaseRefunded)) == 2


async def test_a_refund_of_credits_that_are_spent_is_owed(office: Office) -> None:
    bought = await office.buys(1)
    office.sends()
    await refund(office, bought["payment"])
    await office.until(lambda: bool(office.service.facts(PurchaseRefunded)), "the refund is entered")
    wallet = await office.sees("/wallet")
    assert (wallet["available"], wallet["owed"]) == (0, 62_500)


@pytest.mark.parametrize(("outcome", "available"), [("won", 10 * CREDIT), ("lost", 0)])
async def test_disputes_are_entries_and_a_won_one_gives_the_credits_back(
    office: Office, outcome: str, available: int
) -> None:
    bought = await office.buys(10)
    dispute = office.provider.does("POST", "/disputes", payment_intent=bought["payment"])
    await office.until(lambda: bool(office.service.facts(PaymentDisputed)), "the dispute is entered")
    assert await office.available() == 0
    office.provider.does("POST", f"/disputes/{dispute['id']}/close", outcome=outcome)
    await office.until(lambda: bool(office.service.facts(DisputeClosed)), "the dispute is closed")
    assert await office.available() == available
    assert office.service.facts(DisputeClosed)[0].outcome == outcome


async def test_an_inquiry_moves_no_money_and_a_dispute_that_becomes_of_it_does(office: Office) -> None:
    bought = await office.buys(10)
    dispute = office.provider.does(
        "POST", "/disputes", payment_intent=bought["payment"], status="warning_needs_response"
    )
    office.provider.does("POST", f"/disputes/{dispute['id']}/close", outcome="warning_closed")
    (told,) = office.provider.events_of("charge.dispute.closed", bought["payment"])
    assert await posts(office, told) == 200
    assert await office.available() == 10 * CREDIT
    told["data"]["object"]["status"] = "needs_response"
    assert await posts(office, {**told, "id": "evt_later", "type": "charge.dispute.updated"}) == 200
    assert await office.available() == 0


def test_rule_31_a_second_payment_is_credited_by_nobody_and_paid_back_without_credits() -> None:
    stage = Stage()
    purchase = stage.buys(CREDIT)
    stage.paid(purchase, 2_060_000, payment="pi_second")
    aside = stage.one(NoticeSetAside)
    assert (aside.reason, aside.told) == ("paid_again", 2_060_000)
    back = NoteRefund(**stage.org, purchase_id=purchase, total=2_060_000, payment="pi_second")
    assert stage.noticed(paying.note_refund, back) == []
    assert stage.wallet.available == CREDIT


async def test_a_dispute_and_a_refund_that_overtake_the_payment_are_entered_after_it(office: Office) -> None:
    office.provider.delivers(held=True)
    bought = await office.does("POST", "/purchases", {"credits": 10})
    paid = await asyncio.to_thread(office.provider.pays, bought["checkout_url"].rsplit("/", 1)[1])
    payment = paid["payment_intent"]
    await refund(office, payment, 206)
    office.provider.does("POST", "/disputes", payment_intent=payment, amount=412)
    for kind in ("charge.dispute.created", "charge.refunded", "payment_intent.succeeded"):
        (event,) = office.provider.events_of(kind, payment)
        assert await posts(office, event) == 200
    kinds = (CreditsPurchased, PurchaseRefunded, PaymentDisputed)
    assert [type(fact) for fact in office.service.facts() if isinstance(fact, kinds)] == list(kinds)
    assert await office.available() == 7 * CREDIT


async def test_the_same_key_opens_the_same_page_and_asks_the_provider_the_same(office: Office) -> None:
    body = {"credits": 3}
    answers = [await office.asks("POST", "/purchases", body, key="once") for _ in range(3)]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    other = await office.asks("POST", "/purchases", {"credits": 4}, key="once")
    assert (other.status_code, other.json()["rule"]) == (422, "idempotency_key_reused")
    without = await office.asks("POST", "/purchases", body)
    assert (without.status_code, without.json()["rule"]) == (400, "idempotency_key_required")


@pytest.mark.parametrize("fault", ["drop_after", "error"])
async def test_a_provider_that_does_not_answer_is_asked_again_for_the_same_page(office: Office, fault: str) -> None:
    await asyncio.to_thread(office.provider.does, "POST", "/faults", next=[fault])
    first = await office.asks("POST", "/purchases", {"credits": 2}, key="again")
    assert (first.status_code, first.json()["rule"]) == (502, "payment_provider_unreachable")
    second = await office.asks("POST", "/purchases", {"credits": 2}, key="again")
    assert second.status_code == 201
    bought = second.json()
    sessions = [
        each for each in office.provider.state()["sessions"] if each["metadata"]["purchase_id"] == bought["purchase_id"]
    ]
    assert len(sessions) == 1
    assert len((await office.sees("/purchases"))["items"]) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"credits": 0},
        {"credits": -1},
        {"credits": 2**63},
        {"credits": 1, "currency": "BRL"},
        {"credits": 1, "currency": "usd"},
        {"credits": "1"},
        {"credits": "1_000"},
        {"credits": True},
        {"credits": 1.0},
        {"credits": 0.001},
        {"credits": 1, "amount": 1},
        {"credits": 1, "price": 0},
        {},
    ],
)
async def test_bad_input_80_a_top_up_of_nothing_less_too_much_or_another_currency_is_refused(
    office: Office, body: dict[str, Any]
) -> None:
    answer = await office.asks("POST", "/purchases", body, key=str(uuid4()))
    assert (answer.status_code, answer.json()["rule"]) == (422, "invalid_request")
    assert (await office.sees("/purchases"))["items"] == []


@pytest.mark.parametrize("number", [b"1e400", b"-0", b"0.001", b"1e2"])
async def test_bad_input_35_36_a_number_that_is_no_whole_one_buys_nothing(office: Office, number: bytes) -> None:
    headers = {**office.administrator, "Idempotency-Key": "k", "Content-Type": "application/json"}
    body = b'{"credits": ' + number + b"}"
    answer = await office.client.post("/purchases", content=body, headers=headers)
    assert answer.status_code in (400, 422)
    assert (await office.sees("/purchases"))["items"] == []


async def test_bad_input_90_only_administrators_buy_and_look(office: Office) -> None:
    from tests.harness.on_database import token

    member = token("member", office.organisation, profile_id=uuid4())
    for method, path, body in (
        ("POST", "/purchases", {"credits": 1}),
        ("GET", "/wallet", None),
        ("GET", "/wallet/statement", None),
        ("PUT", "/wallet/recharge", {"on": False, "floor": 1, "amount": 1, "daily_cap": 1}),
    ):
        assert (await office.asks(method, path, body, member, key="k")).status_code == 403
