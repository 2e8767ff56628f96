"""Credits bought and paid back, and the recharge that buys them by itself."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from recado_events.billing.wallet import OfWallet, Posting
from recado_events.ids import UserId


class OfPurchase(OfWallet):
    purchase_id: UUID


class CreditsPurchased(OfPurchase):
    """The payment provider proved that it was paid. The fee was paid beside the credits, it is no balance."""

    TYPE: ClassVar[str] = "billing.credits-purchased.v1"
    how: str
    """checkout (a person bought) or recharge."""
    amount: int
    """Worth of the credits, micro-US$."""
    fee: int
    postings: tuple[Posting, ...] = ()
    purchased_at: AwareDatetime


class PurchaseRefunded(OfPurchase):
    """Paid back: the credits leave again. What was spent already is owed."""

    TYPE: ClassVar[str] = "billing.purchase-refunded.v1"
    amount: int
    """What was paid back now, credits and fee together, micro-US$."""
    postings: tuple[Posting, ...] = ()
    refunded_at: AwareDatetime


class PaymentDisputed(OfPurchase):
    """The payer's bank took the money back until the dispute is decided."""

    TYPE: ClassVar[str] = "billing.payment-disputed.v1"
    amount: int
    postings: tuple[Posting, ...] = ()
    disputed_at: AwareDatetime


class DisputeClosed(OfPurchase):
    TYPE: ClassVar[str] = "billing.dispute-closed.v1"
    outcome: str
    """won (the money and the credits are back), lost, or another word of the provider's."""
    amount: int
    postings: tuple[Posting, ...] = ()
    closed_at: AwareDatetime


class BalanceLow(OfWallet):
    """What is available fell to the floor or below. Told once a crossing."""

    TYPE: ClassVar[str] = "billing.balance-low.v1"
    crossing: int
    """Counts the crossings of this wallet."""
    available: int
    floor: int
    noticed_at: AwareDatetime


class AutoRechargeSet(OfWallet):
    TYPE: ClassVar[str] = "billing.auto-recharge-set.v1"
    on: bool
    floor: int
    """micro-US$, as all amounts here."""
    amount: int
    daily_cap: int
    """At most so much is recharged in a day (UTC)."""
    set_by: UserId
    set_at: AwareDatetime


class RechargeStarted(OfPurchase):
    """The saved payment method is charged because of a crossing."""

    TYPE: ClassVar[str] = "billing.recharge-started.v1"
    crossing: int
    amount: int
    fee: int
    started_at: AwareDatetime


class RechargeFailed(OfPurchase):
    """An attempt failed, or none may be made: somebody should look."""

    TYPE: ClassVar[str] = "billing.recharge-failed.v1"
    crossing: int
    attempt: int
    """0 where the daily cap left no room for any."""
    reason: str
    """The provider's word (card_declined, authentication_required …), unreachable, daily_cap, not_needed (there is
    enough by now, or it was switched off) or too_late (the provider may no longer know that it was asked before)."""
    retry_at: AwareDatetime | None = None
    """None: it is given up."""
    failed_at: AwareDatetime
    TIME: ClassVar[str] = "failed_at"
