"""What each message costs, or would have: one row a message."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from recado_events.event import Event

from billing.domain.charge import SERVICE
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
            held = {"held": event.amount, "deadline": event.deadline}
            yield _asked(event, "held", event.category, event.held_at, **held)
        case ChargeRefused():
            yield _asked(event, "refused", event.category, event.refused_at, reason=event.reason)
        case ReplyNoted():
            yield _asked(event, "sent", SERVICE, event.noted_at)
        case DeadlineMoved():
            yield Change("deadline", {"message_id": event.message_id, "deadline": event.deadline})
        case HoldEnded():
            ended = {"state": event.how, "reason": event.reason}
            yield Change("ended", {"message_id": event.message_id, **ended})
        case ChargeRated():
            yield Change("rated", _rated(event))


def _asked(event: OfChargeStory, state: str, category: str, at: datetime, **more: Any) -> Change:
    values = {
        "message_id": event.message_id,
        "organisation_id": event.organisation_id,
        "phone_number_id": event.phone_number_id,
        "customer_id": event.customer_id,
        "state": state,
        "category": category,
        "at": at,
    }
    return Change("asked", {**values, "reason": None, "held": 0, "deadline": None, **more})


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
