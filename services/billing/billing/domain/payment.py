"""A payment by the provider's name: whose it is, and the disputes that were told before that was known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from recado_events.event import Event
from recado_events.ids import PLATFORM, OrganisationId

from billing.commands import NoteDispute, NotePaid, TellDispute
from billing.domain.private import DisputeKept, PaymentBound


def payment_stream(payment: str) -> str:
    return f"payment-{payment}"


@dataclass(frozen=True, slots=True)
class Payment:
    organisation_id: OrganisationId | None = None
    purchase_id: UUID | None = None
    kept: tuple[DisputeKept, ...] = ()
    """Disputes, in the order in which they were told."""


def evolve(payment: Payment, event: Event) -> Payment:
    match event:
        case PaymentBound():
            return replace(payment, organisation_id=event.organisation_id, purchase_id=event.purchase_id)
        case DisputeKept():
            return replace(payment, kept=(*payment.kept, event))
    return payment


def bind(command: NotePaid, payment: Payment) -> list[Event]:
    if payment.purchase_id is not None:
        return []
    return [
        PaymentBound(
            organisation_id=command.organisation_id,
            payment=command.payment,
            purchase_id=command.purchase_id,
            bound_at=command.now,
        )
    ]


def keep(command: TellDispute, payment: Payment) -> list[Event]:
    if any((each.dispute, each.outcome) == (command.dispute, command.outcome) for each in payment.kept):
        return []
    return [
        DisputeKept(
            organisation_id=PLATFORM,
            payment=command.payment,
            dispute=command.dispute,
            total=command.total,
            outcome=command.outcome,
            kept_at=command.now,
        )
    ]


def of_purchase(payment: Payment, told: TellDispute | DisputeKept, now: datetime) -> NoteDispute | None:
    """None while nobody knows whose the payment is."""
    if payment.organisation_id is None or payment.purchase_id is None:
        return None
    return NoteDispute(
        organisation_id=payment.organisation_id,
        purchase_id=payment.purchase_id,
        dispute=told.dispute,
        total=told.total,
        outcome=told.outcome,
        now=now,
    )
