"""One message's charge: held, then ended once: charged, released or expired (rule 28)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from recado_events.billing import Rated
from recado_events.event import Event
from recado_events.ids import MessageId

from billing.domain.private import (
    ChargeHeld,
    ChargeRated,
    ChargeRefused,
    DeadlineMoved,
    HoldEnded,
    PricingNoted,
    ReplyNoted,
)
from billing.domain.private.charge import Place, Rateable
from billing.domain.rating.delivery import UNTOLD, Told


def charge_stream(message_id: MessageId) -> str:
    return f"charge-{message_id}"


@dataclass(frozen=True, slots=True)
class Charge:
    phase: Literal["absent", "refused", "held", "reply", "ended", "rated"] = "absent"
    """`ended`: without a charge; a late delivery may still rate it. `rated` is for ever."""
    category: str = ""
    place: Place | None = None
    left_at: datetime | None = None
    """When it was asked for, or when a free-form message left."""
    window_id: MessageId | None = None
    held: int = 0
    deadline: datetime | None = None
    last_deadline: datetime | None = None
    """The one it had before its outcome became unknown."""
    unknown: bool = False
    told: Told = UNTOLD
    rated: Rated | None = None
    rateable: Rateable | None = None
    """All that it was rated by."""

    @property
    def is_template(self) -> bool:
        return self.category != SERVICE


SERVICE = "service"


def evolve(charge: Charge, event: Event) -> Charge:
    match event:
        case ChargeRefused():
            return replace(charge, phase="refused", category=event.category)
        case ChargeHeld():
            return replace(
                charge,
                phase="held",
                category=event.category,
                place=event.place,
                left_at=event.held_at,
                held=event.amount,
                deadline=event.deadline,
                last_deadline=event.deadline,
            )
        case ReplyNoted():
            return replace(
                charge,
                phase="reply",
                category=SERVICE,
                place=event.place,
                left_at=event.noted_at,
                window_id=event.window_id,
            )
        case DeadlineMoved():
            return replace(charge, deadline=event.deadline, unknown=event.why == "unknown_outcome")
        case PricingNoted():
            return replace(charge, told=Told(event.category, event.type))
        case HoldEnded():
            return replace(charge, phase="ended")
        case ChargeRated():
            told = Told(event.rateable.meta_category, event.rateable.meta_type)
            return replace(charge, phase="rated", rated=event.rated, rateable=event.rateable, told=told)
    return charge
