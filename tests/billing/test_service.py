"""billing from its own build(), on a real database: what others tell becomes a ledger that administrators read."""

from __future__ import annotations

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from recado_chassis.withheld import AccessRefused
from recado_events import conversations as told_by
from recado_events import gateway as gateway_told
from recado_events.billing import ChargePosted, CreditsReserved, HoldExpired, HoldReleased, ReservationRefused
from recado_events.content import OutgoingText
from recado_events.identity import Recipient
from recado_events.ids import MessageId, UserId

from tests.billing.office import Office, new_customer
from tests.harness.on_database import token, told

PRICE = 62_500


async def test_s30_credits_are_reserved_posted_and_explained_line_by_line(office: Office) -> None:
    await office.buys(1)
    _, message = office.sends()
    page = await office.sees("/wallet/statement")
    assert [line["what"] for line in page["items"]] == ["charge_posted", "credits_reserved", "credits_purchased"]
    assert [line["available_after"] for line in page["items"]] == [1_937_500, 1_937_500, 2_000_000]
    assert page["items"][0]["moved"] == {"held": -PRICE, "spent": PRICE}
    assert page["items"][0]["reason"] == "conversation_opened"
    assert page["items"][0]["text"].startswith("Abriu uma conversa")
    wallet = await office.sees("/wallet")
    assert (wallet["credits"], wallet["available"], wallet["held"], wallet["owed"]) == ("0.968", 1_937_500, 0, 0)
    cost = await office.sees(f"/messages/{message}/cost")
    assert (cost["state"], cost["amount"], cost["reason"]) == ("charged", PRICE, "conversation_opened")
    assert (cost["rated"]["market"], cost["rated"]["policy"]) == ("BR", "R1")


async def test_s29_replies_are_free_and_s33_customers_conversations_are_counted(office: Office) -> None:
    customer, message, now = new_customer(), MessageId(uuid4()), office.clock.now()
    place = office.on(customer, message)
    window = {name: place[name] for name in ("organisation_id", "phone_number_id", "customer_id")}
    closes: Any = {"opened_at": now, "closes_at": now + timedelta(hours=24)}
    released = told_by.MessageReleased(
        **place,
        kind="text",
        released_by=UserId(uuid4()),
        released_at=now,
        send_by=now + timedelta(hours=1),
        personal=told_by.Released(content=OutgoingText(body="Oi"), recipient=Recipient(wa_id="5511987654321")),
    )
    office.hears(
        told_by.ServiceWindowOpened(**window, message_id=MessageId(uuid4()), **closes),
        released,
        office.delivery(customer, message),
    )
    wallet = await office.sees("/wallet")
    assert [each["used"] for each in wallet["conversations"]] == [1]
    assert wallet["available"] == 0
    cost = await office.sees(f"/messages/{message}/cost")
    assert (cost["state"], cost["amount"], cost["reason"]) == ("free", 0, "within_allowance")


async def test_s11_a_reply_to_the_business_opens_a_window_free_of_further_charges(office: Office) -> None:
    await office.buys(1)
    customer, _ = office.sends()
    now = office.clock.now()
    place = office.on(customer, MessageId(uuid4()))
    window = {name: place[name] for name in ("organisation_id", "phone_number_id", "customer_id", "message_id")}
    office.hears(told_by.ServiceWindowOpened(**window, opened_at=now, closes_at=now + timedelta(hours=24)))
    office.clock.ahead += timedelta(minutes=5)
    _, message = office.sends("UTILITY", customer)
    cost = await office.sees(f"/messages/{message}/cost")
    assert (cost["amount"], cost["reason"]) == (0, "reply_window")


async def test_rule_24_fifty_at_once_with_credit_for_twenty_are_twenty(office: Office) -> None:
    """Fifty threads, as many workers would: exactly twenty may leave, the others are refused before Meta is asked."""
    await office.buys(1)
    for _ in range(12):
        office.sends()
    asked = [office.request(new_customer()) for _ in range(50)]
    streams = office.service.service.streams
    hears = next(h for h in office.service.service.hears if h.topic.owner == "conversations")
    reaction = hears.reactions[told_by.MessageRequested.TYPE]

    def ask(event: Any) -> None:
        heard: Any = _Heard(event)
        streams.transact(lambda work: reaction.handle(work, heard))

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(ask, asked))
    refused = office.service.facts(ReservationRefused)
    assert len(office.service.facts(CreditsReserved)) - 12 == 20
    assert {each.reason for each in refused} == {"insufficient_credits"}
    assert len(refused) == 30
    assert (await office.sees("/wallet"))["available"] == 0


class _Heard:
    def __init__(self, event: Any) -> None:
        self.body = event
        self.cause = told(event).envelope.cause


async def test_rule_24_fifty_in_one_batch_are_twenty_too(office: Office) -> None:
    await office.buys(1)
    for _ in range(12):
        office.sends()
    office.hears(*[office.request(new_customer()) for _ in range(50)])
    assert len(office.service.facts(CreditsReserved)) == 32
    assert len(office.service.facts(ReservationRefused)) == 30


@pytest.mark.parametrize("reason", ["rejected", "failed", "withdrawn"])
async def test_rule_28_a_hold_is_released_by_what_the_others_tell(office: Office, reason: str) -> None:
    await office.buys(1)
    customer = new_customer()
    asked = office.request(customer)
    place, now = office.on(customer, asked.message_id), office.clock.now()
    at_gateway = {name: value for name, value in place.items() if name != "conversation_id"}
    ends = {
        "rejected": gateway_told.MessageRejected(
            **at_gateway, attempt=1, reason="graph", meta_code=132001, rejected_at=now, personal=None
        ),
        "failed": told_by.MessageFailed(**place, joined_by="tag", occurred_at=now, received_at=now),
        "withdrawn": told_by.MessageWithdrawn(**place, reason="template_not_approved", withdrawn_at=now),
    }
    office.hears(asked)
    office.hears(ends[reason])
    assert office.service.facts(HoldReleased)[0].reason == reason
    assert await office.available() == 2_000_000


async def test_rule_28_workers_end_holds_whose_time_has_come(office: Office) -> None:
    await office.buys(1)
    customer = new_customer()
    asked = office.request(customer)
    at_gateway = {k: v for k, v in office.on(customer, asked.message_id).items() if k != "conversation_id"}
    office.hears(asked)
    unknown = gateway_told.MessageOutcomeUnknown(
        **at_gateway, attempt=1, reason="no_outcome", noticed_at=office.clock.now()
    )
    office.hears(unknown)
    assert await office.looks_after("holds") == 0
    office.clock.ahead += timedelta(hours=24, seconds=1)
    assert await office.looks_after("holds") == 1
    assert await office.looks_after("holds") == 0
    assert [fact.reason for fact in office.service.facts(HoldExpired)] == ["unknown_outcome"]
    office.clock.ahead = timedelta()
    cost = await office.sees(f"/messages/{asked.message_id}/cost")
    assert (cost["state"], cost["reason"]) == ("expired", "unknown_outcome")


async def test_the_statement_is_paged_filtered_by_month_and_written_as_csv(office: Office) -> None:
    await office.buys(1)
    for _ in range(3):
        office.sends()
    first = await office.sees("/wallet/statement?limit=4")
    rest = await office.sees(f"/wallet/statement?limit=4&cursor={first['next_cursor']}")
    lines = [*first["items"], *rest["items"]]
    assert len(lines) == 7
    assert all(line["text"] and line["text"] != line["what"] for line in lines), "every line is explained"
    assert lines[-1]["text"].startswith("Créditos comprados")
    assert [line["position"] for line in lines] == sorted((line["position"] for line in lines), reverse=True)
    month = f"{office.clock.now():%Y-%m}"
    assert len((await office.sees(f"/wallet/statement?month={month}"))["items"]) == 7
    assert (await office.sees("/wallet/statement?month=2025-12"))["items"] == []
    answer = await office.asks("GET", f"/wallet/statement.csv?month={month}")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(rows) == 7
    assert sum(int(row["available"]) for row in rows) == int(rows[-1]["available_after"]) == await office.available()


async def test_s1_the_operator_alone_settles_editions(office: Office) -> None:
    path = f"/organisations/{office.organisation}/edition"
    for who in (office.administrator, token("member", office.organisation, profile_id=uuid4())):
        assert (await office.asks("PUT", path, {"edition": "express"}, who)).status_code == 403
    answer = await office.does("PUT", path, {"edition": "free"}, office.operator)
    assert answer == {"organisation_id": str(office.organisation), "edition": "free", "whatsapp": False}
    seen = await office.sees("/organisation")
    assert (seen["edition"], seen["whatsapp"], seen["locale"]) == ("free", False, "pt-BR")
    await office.buys(1)
    office.hears(office.request(new_customer()))
    assert office.service.facts(ReservationRefused)[0].reason == "frozen"
    unknown = await office.asks("PUT", f"/organisations/{uuid4()}/edition", {"edition": "free"}, office.operator)
    assert unknown.status_code == 404


async def test_bad_input_90_an_agent_at_the_wallet_or_the_ledger_is_refused_and_recorded(office: Office) -> None:
    agent, calls = token("member", office.organisation, profile_id=uuid4()), list[tuple[str, str, Any]]()
    calls += [("GET", path, None) for path in ("/wallet", "/wallet/statement", "/wallet/statement.csv", "/purchases")]
    calls += [("GET", f"/messages/{uuid4()}/cost", None), ("GET", f"/purchases/{uuid4()}", None)]
    recharge = {"on": False, "floor": 1, "amount": 1, "daily_cap": 1}
    calls += [("PUT", "/wallet/recharge", recharge), ("POST", "/purchases", {"credits": 1})]
    calls += [("PUT", f"/organisations/{office.organisation}/edition", {"edition": "express"})]
    for method, path, body in calls:
        answer = await office.asks(method, path, body, agent)
        assert (answer.status_code, answer.json()["rule"]) == (403, "role_not_allowed"), path
    refused = office.service.facts(AccessRefused)
    assert [fact.asked_for.split()[0] for fact in refused] == [method for method, _, _ in calls]
    assert {"GET /wallet", "GET /purchases/{purchase_id}"} < {fact.asked_for for fact in refused}
    assert {(fact.organisation_id, fact.role) for fact in refused} == {(office.organisation, "member")}
    await office.sees("/wallet")
    assert office.service.facts(AccessRefused) == refused


async def test_another_organisation_sees_nothing_of_it(office: Office) -> None:
    await office.buys(1)
    _, message = office.sends()
    stranger = token("administrator", uuid4())
    assert (await office.sees("/wallet", stranger))["available"] == 0
    assert (await office.sees("/wallet/statement", stranger))["items"] == []
    assert (await office.asks("GET", f"/messages/{message}/cost", who=stranger)).status_code == 404


async def test_a_charge_is_the_same_however_often_it_is_told(office: Office) -> None:
    await office.buys(1)
    customer, message = office.sends()
    office.hears(office.delivery(customer, message), office.delivery(customer, message, told_by.MessageRead))
    assert len(office.service.facts(ChargePosted)) == 1


@pytest.mark.parametrize(
    "body",
    [{"policy": "R9", "valid_from": "2026-12-01"}, {"policy": "R2", "valid_from": "2026-13-01"}, {"policy": "R2"}],
)
async def test_a_policy_that_is_none_is_refused(office: Office, body: Any) -> None:
    assert (await office.asks("POST", "/policies", body, office.operator)).status_code == 422


async def test_rule_26_a_rate_card_keeps_its_name_and_its_prices(office: Office) -> None:
    card = {"rate_card": f"card-{office.organisation}", "valid_from": "2026-01-01"}
    other = {**card, "prices": [{"market": "BR", "category": "marketing", "amount": 1}]}
    answer = await office.asks("POST", "/rate-cards", other, office.operator)
    assert (answer.status_code, answer.json()["rule"]) == (409, "rate_card_taken")
    assert len((await office.sees("/rate-cards", office.operator))["items"]) == 1
    assert (await office.sees("/policies", office.operator))["items"][0]["policy"] == "R1"
