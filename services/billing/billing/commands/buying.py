"""Purchases, and what the payment provider says of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from recado_events.ids import OrganisationId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class OnWallet:
    organisation_id: OrganisationId
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAutoRecharge(OnWallet):
    on: bool
    floor: int
    amount: int
    daily_cap: int
    by: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class OnPurchase(OnWallet):
    purchase_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class StartPurchase(OnPurchase):
    amount: int
    fee: int
    by: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteCheckout(OnPurchase):
    """The provider opened a page where it can be paid."""

    session: str
    customer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotePaid(OnPurchase):
    """The provider proved it. `total` is what was paid, credits and fee, in micro-US$."""

    total: int
    currency: str
    payment: str
    """The provider's id of the payment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteMethod(OnWallet):
    """What the wallet may be recharged with."""

    customer: str
    method: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteRefund(OnPurchase):
    """`total` is all that was ever paid back of this payment."""

    total: int
    payment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteDispute(OnPurchase):
    dispute: str
    total: int
    outcome: str | None = None
    """None while it is open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TellDispute:
    """The same as the provider tells it: by its own name of the payment."""

    payment: str
    dispute: str
    total: int
    outcome: str | None
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StartAttempt(OnPurchase):
    """A worker is about to charge the saved method."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailAttempt(OnPurchase):
    attempt: int
    reason: str
    hopeless: bool = False
    """A machine's next attempt would fail the same way."""
