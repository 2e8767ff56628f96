"""Delivered or read, whichever comes first: what the message costs is posted, once and for ever (rules 24 to 28)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from recado_events.billing import ChargePosted, FreeEntryOpened, LateChargeRecorded, Rated
from recado_events.event import Event

from billing.commands import NoteDelivery, NoteReply
from billing.domain import counting, discrepancy
from billing.domain.charge import SERVICE
from billing.domain.dealings import FREE_ENTRY
from billing.domain.holding import on
from billing.domain.private import (
    ChargeRated,
    ConversationStarted,
    OutreachNoted,
    ReplyNoted,
)
from billing.domain.rating import Delivery
from billing.domain.rating.conversations import category, opens
from billing.domain.scene import Scene, rateable, rated
from billing.domain.wallet import Wallet, payable, postings


def note_reply(command: NoteReply, scene: Scene) -> list[Event]:
    """A free-form message is never asked for credits; it is remembered with the window it answers in."""
    if scene.charge.phase != "absent":
        return []
    window = scene.dealings.window_at(command.now)
    return [
        ReplyNoted(
            **on(command),
            place=scene.place(command.country),
            window_id=None if window is None else window.window_id,
            noted_at=command.now,
        )
    ]


def charge(command: NoteDelivery, scene: Scene) -> list[Event]:
    known = scene.charge
    told = known.told if command.pricing is None else known.told.then(command.pricing.category, command.pricing.type)
    if known.phase == "rated":
        return discrepancy.afterwards(command, scene, told)
    if known.place is None or known.left_at is None:
        return []
    at = max(command.at, known.left_at)  # a clock is wrong: what had not left was not delivered
    delivery = scene.delivery(at, told, left_at=known.left_at, country=known.place.country, category=known.category)
    cost = rated(scene.rate_anyway(delivery))
    late = known.phase == "ended"
    story = ChargeRated(
        **on(command),
        rateable=rateable(delivery, scene.place(known.place.country)),
        rated=cost,
        evidence=command.evidence,
        late=late,
        rated_at=command.now,
    )
    return [
        *_entered(command, scene, cost, late=late),
        *counting.counted(command, scene, delivery, cost),
        *discrepancy.at_charge(command, scene, delivery, cost),
        story,
        *_dealt(command, scene, delivery, known.left_at),
    ]


def _entered(command: NoteDelivery, scene: Scene, cost: Rated, *, late: bool) -> list[Event]:
    """The entry in the ledger. What was held pays first, then what is available; the rest is owed."""
    about: dict[str, Any] = {**on(command), "rated": cost, "evidence": command.evidence, "delivered_at": command.at}
    if late:
        owed = postings(spent=cost.amount, receivable=-cost.amount)
        entry = LateChargeRecorded(**about, postings=owed, recorded_at=command.now)
        return [entry] if cost.amount else []
    held = scene.charge.held
    if scene.charge.category == SERVICE and not cost.amount:
        return []
    return [ChargePosted(**about, held=held, postings=_paid(scene.wallet, held, cost.amount), posted_at=command.now)]


def _paid(wallet: Wallet, held: int, amount: int) -> Any:
    return postings(held=-held, spent=amount, **payable(wallet, amount, back=held))


def _dealt(command: NoteDelivery, scene: Scene, delivery: Delivery, left_at: datetime) -> list[Event]:
    """What the delivery means for later ones to the same customer."""
    at: dict[str, Any] = {**on(command), "customer_id": scene.whose}
    message_id = at.pop("message_id")
    facts: list[Event] = []
    if scene.dealings.answers_ad(left_at):
        until = delivery.at + FREE_ENTRY
        facts.append(FreeEntryOpened(**at, answered_at=delivery.at, free_until=until))
    if delivery.template:
        facts.append(OutreachNoted(**at, message_id=message_id, at=delivery.at, noted_at=command.now))
    policy = scene.prices.policy_at(delivery.at, scene.zone)
    before = scene.before(delivery.at)
    if opens(delivery, before, reply_window_is_free=policy.reply_window_is_free):
        facts.append(ConversationStarted(**at, category=category(delivery), started_at=delivery.at))
    return facts
