"""What becomes of money: sessions that people pay, intents that are confirmed, refunds, disputes; with events."""

from collections.abc import Callable
from typing import Any

from .account import Account
from .problems import ApiError, declined

Json = dict[str, Any]
Tell = Callable[[str, Json], None]


class Paying:
    def __init__(self, account: Account, tell: Tell) -> None:
        self._account = account
        self._tell = tell

    # Sessions ------------------------------------------------------------------------------------------

    def open_session(self, told: Json, base: str) -> Json:
        lines = told["line_items"]
        if not lines:
            raise ApiError(400, "parameter_missing", "A session needs line items.", param="line_items")
        total = sum(line["quantity"] * line["price_data"]["unit_amount"] for line in lines)
        if total < 50:
            raise ApiError(400, "amount_too_small", "The total amount due must be at least 50 cents.")
        session = self._account.add(
            "sessions",
            "cs_test",
            {"object": "checkout.session"},
            mode=told["mode"],
            status="open",
            payment_status="unpaid",
            amount_total=total,
            currency=lines[0]["price_data"]["currency"],
            customer=told.get("customer"),
            client_reference_id=told.get("client_reference_id"),
            metadata=told.get("metadata", {}),
            payment_intent=None,
            success_url=told["success_url"],
            intent_data=told.get("payment_intent_data", {}),
        )
        session["url"] = f"{base}/pay/{session['id']}"
        return session

    def pay_session(self, session: Json, card: str) -> Json:
        """Somebody fills in the page. A declined card leaves it open."""
        if session["status"] != "open":
            raise ApiError(400, "session_not_open", "This page was paid or has expired.")
        if card != "ok":
            raise declined(card, {})
        data, customer = session["intent_data"], session["customer"]
        method = self._account.add("methods", "pm", {"object": "payment_method"}, customer=customer, card="ok")
        intent = self._account.add(
            "intents",
            "pi",
            {"object": "payment_intent"},
            amount=session["amount_total"],
            amount_received=0,
            currency=session["currency"],
            customer=customer,
            payment_method=method["id"],
            setup_future_usage=data.get("setup_future_usage"),
            metadata=data.get("metadata", {}),
            status="requires_confirmation",
        )
        self._succeed(intent)
        session |= {"status": "complete", "payment_status": "paid", "payment_intent": intent["id"]}
        self._tell("checkout.session.completed", session)
        return session

    # Intents --------------------------------------------------------------------------------------------

    def create_intent(self, told: Json) -> Json:
        customer, method = told["customer"], told.get("payment_method")
        if method is not None or customer not in self._account.of("customers"):
            self._method_of(customer, method)
        if told["amount"] < 50:
            raise ApiError(400, "amount_too_small", "Amount must be at least 50 cents.", param="amount")
        return self._account.add(
            "intents",
            "pi",
            {"object": "payment_intent"},
            amount=told["amount"],
            amount_received=0,
            currency=told["currency"],
            customer=customer,
            payment_method=method,
            setup_future_usage=None,
            metadata=told.get("metadata", {}),
            status="requires_confirmation" if method else "requires_payment_method",
        )

    def confirm(self, intent: Json, told: Json) -> Json:
        if intent["status"] not in ("requires_confirmation", "requires_payment_method"):
            message = f"This PaymentIntent has a status of {intent['status']} and cannot be confirmed."
            raise ApiError(400, "payment_intent_unexpected_state", message, payment_intent=intent)
        method = self._method_of(intent["customer"], told.get("payment_method") or intent["payment_method"])
        if not told.get("off_session"):
            raise ApiError(400, "parameter_missing", "Nobody is here to pay: say off_session.", param="off_session")
        if method["card"] != "ok":
            intent["status"] = "requires_payment_method"
            self._tell("payment_intent.payment_failed", intent)
            raise declined(method["card"], intent)
        intent["payment_method"] = method["id"]
        self._succeed(intent)
        return intent

    def _succeed(self, intent: Json) -> None:
        charge = self._account.add(
            "charges",
            "ch",
            {"object": "charge"},
            amount=intent["amount"],
            amount_refunded=0,
            currency=intent["currency"],
            payment_intent=intent["id"],
            metadata=dict(intent["metadata"]),
            refunded=False,
            status="succeeded",
        )
        intent |= {"status": "succeeded", "amount_received": intent["amount"], "latest_charge": charge["id"]}
        self._tell("charge.succeeded", charge)
        self._tell("payment_intent.succeeded", intent)

    def _method_of(self, customer: str, method: str | None) -> Json:
        found = self._account.of("methods").get(method or "")
        if customer not in self._account.of("customers") or found is None or found["customer"] != customer:
            raise ApiError(404, "resource_missing", "No such payment method of this customer.", param="payment_method")
        return found

    # Back again -------------------------------------------------------------------------------------------

    def refund(self, told: Json) -> Json:
        charge = self.charge_of(told["payment_intent"])
        left = charge["amount"] - charge["amount_refunded"]
        amount = told.get("amount", left)
        if not 0 < amount <= left:
            raise ApiError(400, "charge_already_refunded", "Refund amount is greater than unrefunded amount on charge.")
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount"]
        refund = self._account.add(
            "refunds",
            "re",
            {"object": "refund"},
            amount=amount,
            currency=charge["currency"],
            payment_intent=charge["payment_intent"],
            status="succeeded",
        )
        self._tell("charge.refunded", charge)
        return refund

    def dispute(self, payment_intent: str, amount: int | None = None, status: str = "needs_response") -> Json:
        charge = self.charge_of(payment_intent)
        dispute = self._account.add(
            "disputes",
            "dp",
            {"object": "dispute"},
            amount=amount or charge["amount"],
            charge=charge["id"],
            currency=charge["currency"],
            metadata={},
            payment_intent=payment_intent,
            status=status,
        )
        self._tell("charge.dispute.created", dispute)
        return dispute

    def close_dispute(self, dispute: Json, outcome: str) -> Json:
        dispute["status"] = outcome
        self._tell("charge.dispute.closed", dispute)
        return dispute

    def charge_of(self, payment_intent: str) -> Json:
        found = (each for each in self._account.of("charges").values() if each["payment_intent"] == payment_intent)
        charge = next(found, None)
        if charge is None:
            raise ApiError(404, "resource_missing", "No such charge.", param="payment_intent")
        return charge
