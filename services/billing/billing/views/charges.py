"""What each message costs, or would have: one row a message."""

from __future__ import annotations

from typing import Any

from recado_events.event import Event

from billing.domain.private import (
    ChargeHeld,
    ChargeRated,
    ChargeRefused,
    DeadlineMoved,
    HoldEnded,
    OfChargeStory,
    ReplyNoted,
)
from billing.views.change import Change, Changes, as_json


def rows(event: Event) -> Changes:
    match event:
        case ChargeHeld():
            held = {"category": event.category, "amount": event.amount, "deadline": event.deadline, "at": event.held_at}
            yield Change("held", {**_of(event), **held})
        case ChargeRefused():
            refused = {"category": event.category, "reason": event.reason, "at": event.refused_at}
            yield Change("refused", {**_of(event), **refused})
        case ReplyNoted():
            yield Change("reply", {**_of(event), "at": event.noted_at})
        case DeadlineMoved():
            yield Change("deadline", {"message_id": event.message_id, "deadline": event.deadline})
        case HoldEnded():
            ended = {"state": event.how, "reason": event.reason}
            yield Change("ended", {"message_id": event.message_id, **ended})
        case ChargeRated():
            yield Change("rated", _rated(event))


def _of(event: OfChargeStory) -> dict[str, Any]:
    return {
        "message_id": event.message_id,
        "organisation_id": event.organisation_id,
        "phone_number_id": event.phone_number_id,
        "customer_id": event.customer_id,
    }


def _rated(event: ChargeRated) -> dict[str, Any]:
    return {
        "message_id": event.message_id,
        "state": "owed" if event.late and event.rated.amount else "charged" if event.rated.amount else "free",
        "reason": event.rated.reason,
        "category": event.rated.category,
        "amount": event.rated.amount,
        "delivered_at": event.rateable.delivered_at,
        "rated": as_json(event.rated.model_dump(mode="json")),
    }
