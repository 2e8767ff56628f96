"""Stripe's API through its own client. Nothing here proves a payment: only its signed notices do (rule 31)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlencode

import stripe
from structlog import get_logger

from billing.application.ports import Checkout, Order, Refused, Unreachable

SECONDS = 20.0
MICROS_A_CENT = 10_000
CURRENCY = "usd"
_HOPELESS = frozenset({"authentication_required", "resource_missing"})
"""A machine cannot do anything about these."""

_log = get_logger()
T = TypeVar("T")


class StripePayments:
    """Implements `ports.Payments`. Its own retries are off: who asks again is decided, and recorded, by the callers."""

    def __init__(self, key: str, url: str, return_url: str) -> None:
        http = stripe.RequestsClient(timeout=SECONDS)
        addresses: Any = {"api": url.rstrip("/")}
        self._stripe = stripe.StripeClient(key, base_addresses=addresses, http_client=http, max_network_retries=0)
        self._return_url = return_url

    def open_checkout(self, order: Order, customer: str | None) -> Checkout:
        payer = customer or self._customer(order)
        session = _asked(lambda: self._session(order, payer))
        return Checkout(session.id, session.url or "", payer)

    def charge(self, order: Order, customer: str, method: str, attempt: int) -> None:
        """One PaymentIntent an order, for ever; only confirming it is tried again, so it is paid at most once. The
        method is told when it is confirmed: it may have been replaced since, and a key takes one body."""
        intent = _asked(lambda: self._intent(order, customer))
        if attempt > 1:  # the key gives the first answer again: how it stands now has to be asked for
            intent = _asked(lambda: self._stripe.v1.payment_intents.retrieve(intent.id))
        if intent.status in ("succeeded", "processing"):
            return
        _asked(lambda: self._confirm(intent.id, method, f"{order.purchase_id}-confirm-{attempt}"))

    def _customer(self, order: Order) -> str:
        """Stripe's for this organisation: the same one, however often it is asked within a day."""
        told: Any = {"metadata": {"organisation_id": str(order.organisation_id)}}
        key: Any = {"idempotency_key": f"customer-{order.purchase_id}"}
        return _asked(lambda: self._stripe.v1.customers.create(told, key)).id

    def _session(self, order: Order, customer: str) -> Any:
        labels = _labels(order)
        query = urlencode({"purchase_id": str(order.purchase_id)})
        back = f"{self._return_url}{'&' if '?' in self._return_url else '?'}{query}"
        told: Any = {
            "mode": "payment",
            "customer": customer,
            "line_items": [_line("IM credits", order.amount), *([_line("Fee", order.fee)] if order.fee else [])],
            "success_url": f"{back}&outcome=paid",
            "cancel_url": f"{back}&outcome=cancelled",
            "client_reference_id": str(order.purchase_id),
            "metadata": labels,
            "payment_intent_data": {"metadata": labels, "setup_future_usage": "off_session"},
        }
        key: Any = {"idempotency_key": str(order.purchase_id)}
        return self._stripe.v1.checkout.sessions.create(told, key)

    def _intent(self, order: Order, customer: str) -> Any:
        told: Any = {
            "amount": (order.amount + order.fee) // MICROS_A_CENT,
            "currency": CURRENCY,
            "customer": customer,
            "payment_method_types": ["card"],
            "metadata": _labels(order),
        }
        key: Any = {"idempotency_key": str(order.purchase_id)}
        return self._stripe.v1.payment_intents.create(told, key)

    def _confirm(self, intent: str, method: str, key: str) -> Any:
        told: Any = {"payment_method": method, "off_session": True}
        options: Any = {"idempotency_key": key}
        return self._stripe.v1.payment_intents.confirm(intent, told, options)


def _labels(order: Order) -> dict[str, str]:
    """They come back with every notice about it."""
    return {"organisation_id": str(order.organisation_id), "purchase_id": str(order.purchase_id)}


def _line(name: str, micros: int) -> dict[str, Any]:
    price = {"currency": CURRENCY, "unit_amount": micros // MICROS_A_CENT, "product_data": {"name": name}}
    return {"quantity": 1, "price_data": price}


def _asked(ask: Callable[[], T]) -> T:
    try:
        return ask()
    except stripe.CardError as error:
        word = error.code or "card_declined"
        raise Refused(word, hopeless=word in _HOPELESS) from error
    except stripe.InvalidRequestError as error:
        word = error.code or "invalid_request"
        if word == "payment_intent_unexpected_state":
            raise Unreachable from error  # somebody else's attempt is on its way, or has paid: its notice says so
        _log.warning("payment_provider_refused", code=word)
        raise Refused(word, hopeless=word in _HOPELESS) from error
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        _log.error("payment_provider_refused", code=type(error).__name__)
        raise Refused("not_permitted") from error
    except stripe.StripeError as error:
        _log.warning("payment_provider_unreachable", error=type(error).__name__)
        raise Unreachable from error
