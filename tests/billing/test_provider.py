"""What billing asks of Stripe has the shape that Stripe's own checker and the strict simulator want."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx
import pytest
from billing.adapters.provider import StripePayments
from billing.application.ports import Order, Refused, Unreachable

from tests.billing.provider import KEY, Provider
from tests.billing.stripe_mock import StripeMock

ORDER = Order(uuid4(), uuid4(), 20_000_000, 600_000)


@pytest.fixture(scope="module")
def stripe_mock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StripeMock]:
    with closing(StripeMock(tmp_path_factory.mktemp("stripe-mock"))) as running:
        yield running


def asking(url: str, key: str = KEY) -> StripePayments:
    return StripePayments(key, url, "https://crm.example/credits?from=wallet")


def test_stripes_own_checker_takes_every_kind_of_request(stripe_mock: StripeMock) -> None:
    """Customer, Checkout Session, PaymentIntent and its confirmation: what does not fit its schema gets 400."""
    payments = asking(stripe_mock.url)
    checkout = payments.open_checkout(ORDER, None)
    assert checkout.session.startswith("cs_")
    assert payments.open_checkout(ORDER, "cus_123").customer == "cus_123"
    payments.charge(ORDER, "cus_123", "pm_123", 1)


def test_stripes_own_checker_refuses_what_does_not_fit(stripe_mock: StripeMock) -> None:
    """So that what it takes means something."""
    headers = {"Authorization": f"Bearer {KEY}"}
    for path, body in (
        ("/v1/payment_intents", {"amount": "lots", "currency": "usd"}),
        ("/v1/checkout/sessions", {"mode": "barter"}),
        ("/v1/payment_intents/pi_1/confirm", {"of_session": "true"}),
    ):
        answer = httpx.post(f"{stripe_mock.url}{path}", data=body, headers=headers, trust_env=False)
        assert answer.status_code == 400, (path, answer.text)


def test_a_page_a_customer_and_a_saved_method_are_those_of_the_simulator(provider: Provider) -> None:
    payments = asking(provider.url)
    order = Order(uuid4(), uuid4(), 20_000_000, 600_000)
    checkout = payments.open_checkout(order, None)
    again = payments.open_checkout(order, None)
    assert (again.session, again.customer) == (checkout.session, checkout.customer)
    provider.delivers(held=True)
    paid = provider.pays(checkout.session)
    assert paid["amount_total"] == 2_060
    (intent,) = provider.intents_of(order.organisation_id)
    recharge = Order(order.organisation_id, uuid4(), 2_000_000, 60_000)
    payments.charge(recharge, checkout.customer, intent["payment_method"], 1)
    payments.charge(recharge, checkout.customer, intent["payment_method"], 2)
    paid_for = [each["amount"] for each in provider.intents_of(order.organisation_id) if each["status"] == "succeeded"]
    assert paid_for == [2_060, 206]


def test_a_decline_says_why_and_a_wrong_method_is_hopeless(provider: Provider) -> None:
    payments = asking(provider.url)
    order = Order(uuid4(), uuid4(), 2_000_000, 60_000)
    checkout = payments.open_checkout(order, None)
    provider.delivers(held=True)
    provider.pays(checkout.session)
    (intent,) = provider.intents_of(order.organisation_id)
    recharge = Order(order.organisation_id, uuid4(), 2_000_000, 60_000)
    for card, hopeless in (("insufficient_funds", False), ("authentication_required", True)):
        provider.declines(card, checkout.customer)
        with pytest.raises(Refused) as refused:
            payments.charge(recharge, checkout.customer, intent["payment_method"], 1 + hopeless)
        assert refused.value.hopeless is hopeless
    other = Order(order.organisation_id, uuid4(), 2_000_000, 60_000)
    with pytest.raises(Refused) as gone:
        payments.charge(other, checkout.customer, "pm_of_nobody", 1)
    assert (gone.value.reason, gone.value.hopeless) == ("resource_missing", True)


def pays_by_card(provider: Provider, payments: StripePayments, order: Order, customer: str) -> None:
    provider.pays(payments.open_checkout(order, customer).session)


def test_rule_30_another_card_pays_what_the_first_one_did_not(provider: Provider) -> None:
    """A recharge is declined; somebody buys with another card; the next attempt charges that one."""
    payments = asking(provider.url)
    first = Order(uuid4(), uuid4(), 2_000_000, 60_000)
    customer = payments.open_checkout(first, None).customer
    provider.delivers(held=True)
    recharge = Order(first.organisation_id, uuid4(), 2_000_000, 60_000)
    pays_by_card(provider, payments, first, customer)
    (declined,) = provider.intents_of(first.organisation_id)
    provider.declines("insufficient_funds", customer)
    with pytest.raises(Refused, match="card_declined"):
        payments.charge(recharge, customer, declined["payment_method"], 1)
    pays_by_card(provider, payments, replace(first, purchase_id=uuid4()), customer)
    method = provider.intents_of(first.organisation_id)[-1]["payment_method"]
    payments.charge(recharge, customer, method, 2)
    of_recharge = {"organisation_id": str(recharge.organisation_id), "purchase_id": str(recharge.purchase_id)}
    (intent,) = [each for each in provider.intents_of(first.organisation_id) if each["metadata"] == of_recharge]
    assert (intent["status"], intent["payment_method"]) == ("succeeded", method)


def test_a_wrong_key_is_refused_and_nobody_there_is_unreachable(provider: Provider) -> None:
    with pytest.raises(Refused, match="not_permitted"):
        asking(provider.url, "sk_test_of_somebody_else").open_checkout(ORDER, None)
    with pytest.raises(Unreachable):
        asking("http://127.0.0.1:9").open_checkout(ORDER, None)


BAD: list[tuple[str, Any, int]] = [
    ("/v1/customers", {"nickname": "x"}, 400),
    ("/v1/checkout/sessions", {"mode": "payment"}, 400),
    ("/v1/checkout/sessions", {"mode": "subscription", "success_url": "x", "line_items[0][quantity]": "1"}, 400),
    ("/v1/payment_intents", {"amount": "2.5", "currency": "usd", "customer": "cus_1"}, 400),
    ("/v1/payment_intents", {"amount": "206", "currency": "usd", "customer": "cus_of_nobody"}, 404),
    ("/v1/payment_intents/pi_none/confirm", {"off_session": "true"}, 404),
    ("/v1/refunds", {"payment_intent": "pi_none"}, 404),
    ("/v1/weather", {}, 404),
]


@pytest.mark.parametrize(("path", "body", "status"), BAD)
def test_the_simulator_is_strict(provider: Provider, path: str, body: Any, status: int) -> None:
    headers = {"Authorization": f"Bearer {KEY}"}
    answer = httpx.post(f"{provider.url}{path}", data=body, headers=headers, trust_env=False)
    assert (answer.status_code, "error" in answer.json()) == (status, True)


def test_a_key_of_the_simulator_gives_its_first_answer_and_takes_no_other_body(provider: Provider) -> None:
    headers = {"Authorization": f"Bearer {KEY}", "Idempotency-Key": str(uuid4())}

    def asks(name: str) -> httpx.Response:
        return httpx.post(f"{provider.url}/v1/customers", data={"name": name}, headers=headers, trust_env=False)

    assert asks("Aurora").json() == asks("Aurora").json()
    other = asks("Borealis")
    assert (other.status_code, other.json()["error"]["type"]) == (400, "idempotency_error")
