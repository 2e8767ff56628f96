"""A purchase: what was asked for, and what the payment provider has said of it, in whatever order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from recado_events.event import Event
from recado_events.ids import OrganisationId

from billing.commands.buying import OnPurchase
from billing.domain.private import (
    AttemptFailed,
    AttemptStarted,
    CheckoutOpened,
    DisputeNoted,
    NoticeSetAside,
    PaidNoted,
    PurchaseStarted,
    RechargeDue,
    RefundNoted,
)
from billing.domain.refusals import UnknownPurchase


def purchase_stream(purchase_id: UUID) -> str:
    return f"purchase-{purchase_id}"


@dataclass(frozen=True, slots=True)
class Dispute:
    total: int
    outcome: str | None = None
    entered: bool = False
    from_available: int = 0
    from_receivable: int = 0


@dataclass(frozen=True, slots=True)
class Purchase:
    organisation_id: OrganisationId | None = None
    """None: nobody asked for it."""
    how: str = ""
    amount: int = 0
    fee: int = 0
    session: str | None = None
    payment: str | None = None
    """The provider's, once it is paid."""
    set_aside: frozenset[str] = frozenset()
    """Payments that nothing was credited for."""
    refunded: int = 0
    """All that the provider says was paid back."""
    refund_entered: int = 0
    disputes: Mapping[str, Dispute] = field(default_factory=lambda: MappingProxyType({}))
    attempts: int = 0
    asked_at: datetime | None = None
    """When the provider was first asked to charge a saved method."""
    failed: int = 0
    """The last attempt that is known to have failed."""
    failures: int = 0
    """How many are; of others nothing was heard."""
    started: bool = False
    """A recharge: counted in a day's cap."""
    due_at: datetime | None = None

    @property
    def total(self) -> int:
        return self.amount + self.fee

    @property
    def is_paid(self) -> bool:
        return self.payment is not None


def evolve(purchase: Purchase, event: Event) -> Purchase:
    match event:
        case PurchaseStarted():
            return Purchase(event.organisation_id, event.how, event.amount, event.fee, started=event.counted)
        case CheckoutOpened():
            return replace(purchase, session=event.session)
        case PaidNoted():
            return replace(purchase, payment=event.payment, due_at=None)
        case NoticeSetAside() if event.payment is not None:
            return replace(purchase, set_aside=purchase.set_aside | {event.payment})
        case RefundNoted():
            return replace(purchase, refunded=event.total, refund_entered=event.entered)
        case DisputeNoted():
            before = purchase.disputes.get(event.dispute, Dispute(event.total))
            dispute = Dispute(
                event.total,
                event.outcome,
                before.entered or bool(event.from_available or event.from_receivable),
                event.from_available or before.from_available,
                event.from_receivable or before.from_receivable,
            )
            return replace(purchase, disputes=MappingProxyType({**purchase.disputes, event.dispute: dispute}))
        case AttemptStarted():
            asked_at = purchase.asked_at or event.started_at
            return replace(purchase, attempts=event.attempt, asked_at=asked_at, started=True)
        case AttemptFailed():
            return replace(purchase, failed=event.attempt, failures=purchase.failures + 1)
        case RechargeDue():
            return replace(purchase, due_at=event.due_at)
    return purchase


def credits_in(purchase: Purchase, money: int) -> int:
    """The part of an amount of money that bought credits; the rest was the fee. All of the money is all of both."""
    return money * purchase.amount // purchase.total if purchase.total else 0


def check_known(command: OnPurchase, purchase: Purchase) -> None:
    """Raises UnknownPurchase, also for another organisation's."""
    if purchase.organisation_id is None or purchase.organisation_id != command.organisation_id:
        raise UnknownPurchase
