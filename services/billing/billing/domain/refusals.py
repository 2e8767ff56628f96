"""The rules that say no, by the names they have on the wire."""

from __future__ import annotations

from recado_events.refusal import Refusal


class UnknownOrganisation(Refusal):
    rule = "not_found"
    status = 404
    message = "There is no such organisation."


class UnknownMessage(Refusal):
    rule = "not_found"
    status = 404
    message = "Nothing is known of what this message costs."


class UnknownPurchase(Refusal):
    rule = "not_found"
    status = 404
    message = "There is no such purchase."


class RateCardTaken(Refusal):
    rule = "rate_card_taken"
    message = "A rate card of this name holds other prices: give the new one another name."


class RechargeUnpaid(Refusal):
    rule = "no_payment_method"
    message = "Buy credits once: the card you pay with is the one that recharges the wallet."


class RechargeBeyondCap(Refusal):
    rule = "recharge_beyond_cap"
    status = 422
    message = "One recharge is more than the cap of a day: lower the amount, or raise daily_cap."


class ProviderUnreachable(Refusal):
    rule = "payment_provider_unreachable"
    status = 502
    message = "The payment provider could not be asked. Repeat with the same Idempotency-Key; nothing is paid twice."


class ProviderRefused(Refusal):
    rule = "payment_provider_refused"
    status = 502
    message = "The payment provider refused to open a payment page."
