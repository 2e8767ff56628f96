"""Credits held for a message before it leaves, and given back when it will not be delivered (rules 28 and 29)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from recado_events.billing import CreditsReserved, HoldExpired, HoldReleased, ReservationRefused
from recado_events.event import Event
from recado_events.ids import CustomerId

from billing.commands import ExpireHold, NoteOutcome, NotePricing, OnMessage, ReleaseHold, Reserve
from billing.domain.charge import Charge
from billing.domain.dealings import Dealings
from billing.domain.private import (
    ChargeHeld,
    ChargeRefused,
    DeadlineMoved,
    HoldEnded,
    OutreachEnded,
    OutreachNoted,
    PricingNoted,
)
from billing.domain.rating.card import category_of
from billing.domain.rating.delivery import UNTOLD, Told
from billing.domain.rating.policies import Unpriced
from billing.domain.scene import Scene
from billing.domain.wallet import postings

TIME_TO_LIVE = timedelta(days=30)
"""For so long Meta tries to deliver a message."""
AFTER_UNKNOWN = timedelta(hours=24)


def on(command: OnMessage) -> dict[str, Any]:
    return {
        "organisation_id": command.organisation_id,
        "phone_number_id": command.phone_number_id,
        "customer_id": command.customer_id,
        "message_id": command.message_id,
    }


def reserve(command: Reserve, scene: Scene) -> list[Event]:
    """Holds what the message would cost if it were delivered now, or says why it may not leave."""
    if scene.charge.phase != "absent":
        return []
    if not scene.organisation.may_send:
        return _refused(command, "frozen")
    now, category = command.now, category_of(command.category)
    as_if = scene.delivery(now, UNTOLD, left_at=now, country=command.country, category=category)
    try:
        rating = scene.rate(as_if)
    except Unpriced:
        return _refused(command, "unpriced")
    if rating.amount > scene.wallet.available:
        return _refused(command, "insufficient_credits", needed=rating.amount, available=scene.wallet.available)
    return [
        CreditsReserved(
            **on(command),
            amount=rating.amount,
            category=category,
            postings=postings(available=-rating.amount, held=rating.amount),
            reserved_at=now,
        ),
        ChargeHeld(
            **on(command),
            category=category,
            place=scene.place(command.country),
            amount=rating.amount,
            deadline=command.send_by + TIME_TO_LIVE,
            held_at=now,
        ),
        OutreachNoted(**_at(command, scene.whose), message_id=command.message_id, at=now, noted_at=now),
    ]


def _refused(command: Reserve, reason: str, needed: int | None = None, available: int | None = None) -> list[Event]:
    refused = ReservationRefused(
        **on(command), reason=reason, needed=needed, available=available, refused_at=command.now
    )
    category = category_of(command.category)
    return [refused, ChargeRefused(**on(command), category=category, reason=reason, refused_at=command.now)]


def release(command: ReleaseHold, charge: Charge, whose: CustomerId, dealings: Dealings) -> list[Event]:
    if charge.phase != "held":
        return []
    facts: list[Event] = [
        HoldReleased(
            **on(command),
            amount=charge.held,
            reason=command.reason,
            postings=postings(held=-charge.held, available=charge.held),
            released_at=command.now,
        ),
        HoldEnded(**on(command), how="released", reason=command.reason, ended_at=command.now),
    ]
    if command.message_id in dealings.outreach:
        facts.append(OutreachEnded(**_at(command, whose), message_id=command.message_id, ended_at=command.now))
    return facts


def expire(command: ExpireHold, charge: Charge) -> list[Event]:
    if charge.phase != "held" or charge.deadline is None or command.now < charge.deadline:
        return []
    reason = "unknown_outcome" if charge.unknown else "time_to_live"
    return [
        HoldExpired(
            **on(command),
            amount=charge.held,
            reason=reason,
            postings=postings(held=-charge.held, available=charge.held),
            expired_at=command.now,
        ),
        HoldEnded(**on(command), how="expired", reason=reason, ended_at=command.now),
    ]


def note_outcome(command: NoteOutcome, charge: Charge) -> list[Event]:
    """The gateway lost sight of the message: a day is left. It found it again: as before."""
    if charge.phase != "held" or charge.deadline is None or charge.last_deadline is None:
        return []
    if command.known:
        if not charge.unknown:
            return []
        return _deadline(command, charge.last_deadline, "found_again")
    if charge.unknown:
        return []
    return _deadline(command, min(charge.deadline, command.now + AFTER_UNKNOWN), "unknown_outcome")


def _deadline(command: NoteOutcome, deadline: datetime, why: str) -> list[Event]:
    return [DeadlineMoved(**on(command), deadline=deadline, why=why, moved_at=command.now)]


def note_pricing(command: NotePricing, charge: Charge) -> list[Event]:
    """What `sent` says of the price counts when `delivered` says nothing."""
    told = Told(command.pricing.category, command.pricing.type)
    if charge.phase not in ("held", "reply", "ended") or told in (UNTOLD, charge.told):
        return []
    return [PricingNoted(**on(command), category=told.category, type=told.type, noted_at=command.now)]


def _at(command: OnMessage, whose: CustomerId) -> dict[str, Any]:
    return {
        "organisation_id": command.organisation_id,
        "phone_number_id": command.phone_number_id,
        "customer_id": whose,
    }
