"""The three policies that ship. Each answers with the amount and its one reason."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

from billing.domain.rating.card import RateCard
from billing.domain.rating.conversations import category, in_reply_window, is_free_entry, opens
from billing.domain.rating.delivery import REGULAR, UNTOLD, Before, Delivery, Rating
from billing.domain.rating.policy import Policy


class Unpriced(LookupError):
    """Neither the market, nor its region, nor the rest of the world has a price for the category."""


def rate(policy: Policy, card: RateCard | None, delivery: Delivery, before: Before) -> Rating:
    """Raises Unpriced."""
    desk = _Desk(policy, card, delivery)
    if is_free_entry(delivery):
        return desk.free("free_entry_point")
    match policy.name:
        case "R1":
            return _conversation(desk, before)
        case "R2":
            return _delivered_template(desk)
        case "R3":
            return _every_message(desk, before)
    raise LookupError(f"there is no policy {policy.name}")


def rate_anyway(policy: Policy, card: RateCard | None, delivery: Delivery, before: Before) -> Rating:
    """What was delivered has to be rated: with a category of Meta's that has no price, by ours."""
    with suppress(Unpriced):
        return rate(policy, card, delivery, before)
    with suppress(Unpriced):
        return rate(policy, card, replace(delivery, told=UNTOLD), before)
    return Rating(policy.name, delivery.category, "unpriced")


def _conversation(desk: _Desk, before: Before) -> Rating:
    """R1: a category's price for 24 hours; nothing further inside a window that a reply opened."""
    policy, delivery = desk.policy, desk.delivery
    if not delivery.template:
        return _customers_conversation(desk, before)
    if policy.reply_window_is_free and in_reply_window(delivery):
        return desk.free("reply_window")
    if not opens(delivery, before, reply_window_is_free=policy.reply_window_is_free):
        return desk.free("conversation_open")
    return desk.charged("conversation_opened", category(delivery))


def _customers_conversation(desk: _Desk, before: Before) -> Rating:
    """Rule 27: counted once, when the business first answers; the first of a month are free."""
    if not desk.delivery.begins:
        return desk.free("free_reply")
    within = before.conversations < desk.policy.free_conversations
    return desk.counted("service", within=within)


def _delivered_template(desk: _Desk) -> Rating:
    """R2: marketing and authentication always, utility only outside the window. `regular` says nothing about that:
    since 2026-10 it is Meta's word for what is inside too."""
    delivery = desk.delivery
    if not delivery.template:
        return desk.free("free_reply")
    if desk.is_told_free:
        return desk.free("told_free")
    if category(delivery) == "utility" and delivery.window is not None:
        return desk.free("service_window")
    return desk.charged("delivered_template", category(delivery))


def _every_message(desk: _Desk, before: Before) -> Rating:
    """R3: every template, and service messages beyond the month's allowance of the number."""
    if not desk.delivery.template:
        return _service_message(desk, before)
    if desk.is_told_free:
        return desk.free("told_free")
    return desk.charged("delivered_template", category(desk.delivery))


def _service_message(desk: _Desk, before: Before) -> Rating:
    """Meta counts too, and its word wins: `regular` is beyond the allowance whatever our count says."""
    within = before.messages < desk.policy.free_service_messages
    if desk.is_told_free and not within:
        return desk.free("told_free")
    return desk.counted("service_message", within=within and desk.delivery.told.type != REGULAR)


@dataclass(frozen=True, slots=True)
class _Desk:
    """What the policies share: looking a price up, and writing the answer."""

    policy: Policy
    card: RateCard | None
    delivery: Delivery

    @property
    def is_told_free(self) -> bool:
        """By Meta, though we would charge: free inside the window, or in a group."""
        return (self.delivery.told.type or "").startswith("free_")

    def free(self, reason: str) -> Rating:
        return Rating(self.policy.name, category(self.delivery), reason)

    def charged(self, reason: str, what: str) -> Rating:
        priced = None if self.card is None else self.card.find(self.delivery.country, what)
        if self.card is None or priced is None:
            raise Unpriced(what)
        return Rating(self.policy.name, what, reason, priced.amount, priced.amount, priced.market, self.card.name)

    def counted(self, what: str, *, within: bool) -> Rating:
        """Of an allowance: its price is told either way, and taken beyond. One without a price costs nothing."""
        priced = None if self.card is None else self.card.find(self.delivery.country, what)
        reason = "within_allowance" if within else "beyond_allowance"
        if self.card is None or priced is None:
            return Rating(self.policy.name, "service", reason)
        amount = 0 if within else priced.amount
        return Rating(self.policy.name, "service", reason, amount, priced.amount, priced.market, self.card.name)
