"""Business-initiated conversations, as R1 charges them: 24 hours from the first delivery, one a category."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from billing.domain.rating.card import category_of
from billing.domain.rating.delivery import DAY, FREE_ENTRY, Before, Delivery


def category(delivery: Delivery) -> str:
    """Meta's word where it gave one (rule 28)."""
    return category_of(delivery.told.category or delivery.category)


def is_free_entry(delivery: Delivery) -> bool:
    """Ours, or Meta's word for it: a type, in its oldest age a category."""
    told = delivery.told
    return delivery.free_entry or told.type == FREE_ENTRY or category_of(told.category or "") == "referral_conversion"


def is_of_message_allowance(policy: str, delivery: Delivery) -> bool:
    """Whether it counts toward the service messages of a month: only R3 has such an allowance."""
    return policy == "R3" and not delivery.template and not is_free_entry(delivery)


def of_another_age(delivery: Delivery) -> Delivery:
    """As another policy sees it. Meta's type is what came of its own prices of that day, and no fact about the message;
    its category is one, and so is that somebody came from an ad."""
    is_entry = delivery.told.type == FREE_ENTRY
    return replace(delivery, told=replace(delivery.told, type=FREE_ENTRY if is_entry else None))


def in_reply_window(delivery: Delivery) -> bool:
    return delivery.window is not None and delivery.window.by_reply


def is_open(started: datetime | None, at: datetime) -> bool:
    """Whether a conversation with this first delivery covers `at`. One that is told of late, with an earlier delivery
    less than a day before, is of the same conversation."""
    return started is not None and abs(at - started) < DAY


def opens(delivery: Delivery, before: Before, *, reply_window_is_free: bool) -> bool:
    """Whether this delivery begins a conversation of its category."""
    if not delivery.template or is_free_entry(delivery):
        return False
    if reply_window_is_free and in_reply_window(delivery):
        return False
    return not is_open(before.started.get(category(delivery)), delivery.at)
