"""Where a purchase stands with the payment provider."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime
from recado_events.billing import OfWallet
from recado_events.event import Event
from recado_events.ids import UserId


class OfPayment(Event):
    STREAM: ClassVar[str] = "purchase-{purchase_id}"
    SUBJECT: ClassVar[str] = "{organisation_id}"
    KEY: ClassVar[str] = "{organisation_id}"

    purchase_id: UUID


class PurchaseStarted(OfPayment):
    TYPE: ClassVar[str] = "billing.purchase-started.v1"
    how: str
    """checkout or recharge."""
    amount: int
    fee: int
    started_by: UserId | None
    counted: bool = False
    """A recharge: within the cap of the day on which it was started."""
    started_at: AwareDatetime


class CheckoutOpened(OfPayment):
    TYPE: ClassVar[str] = "billing.checkout-opened.v1"
    session: str
    customer: str
    opened_at: AwareDatetime


class PaidNoted(OfPayment):
    TYPE: ClassVar[str] = "billing.paid-noted.v1"
    payment: str
    noted_at: AwareDatetime


class RefundNoted(OfPayment):
    """`total` is all that the provider says was paid back so far; `entered` how much of that is in the ledger."""

    TYPE: ClassVar[str] = "billing.refund-noted.v1"
    total: int
    entered: int
    noted_at: AwareDatetime


class DisputeNoted(OfPayment):
    TYPE: ClassVar[str] = "billing.dispute-noted.v1"
    dispute: str
    total: int
    outcome: str | None
    from_available: int = 0
    """What it took from there, and what was owed: won, it goes back the same way."""
    from_receivable: int = 0
    noted_at: AwareDatetime


class NoticeSetAside(OfPayment):
    """The provider said something that does not fit what was asked: nothing is credited, somebody should look."""

    TYPE: ClassVar[str] = "billing.notice-set-aside.v1"
    reason: str
    """amount_differs or paid_again."""
    payment: str | None = None
    told: int
    currency: str
    set_aside_at: AwareDatetime


class OfProvider(Event):
    """The provider's own name of a payment; disputes name nothing else."""

    STREAM: ClassVar[str] = "payment-{payment}"
    SUBJECT: ClassVar[str] = "{organisation_id}"
    KEY: ClassVar[str] = "{organisation_id}"

    payment: str


class PaymentBound(OfProvider):
    TYPE: ClassVar[str] = "billing.payment-bound.v1"
    purchase_id: UUID
    bound_at: AwareDatetime


class DisputeKept(OfProvider):
    """Told before its payment was: whose it is will be known then. Its organisation is `PLATFORM`."""

    TYPE: ClassVar[str] = "billing.dispute-kept.v1"
    dispute: str
    total: int
    outcome: str | None
    kept_at: AwareDatetime


class RechargeDue(OfPayment):
    """The next attempt may be made from then on; None: none any more."""

    TYPE: ClassVar[str] = "billing.recharge-due.v1"
    due_at: AwareDatetime | None
    noted_at: AwareDatetime
    TIME: ClassVar[str] = "noted_at"


class AttemptStarted(OfPayment):
    """A claim: this worker makes it; if nothing is heard, another attempt follows with the same keys."""

    TYPE: ClassVar[str] = "billing.attempt-started.v1"
    attempt: int
    started_at: AwareDatetime


class AttemptFailed(OfPayment):
    TYPE: ClassVar[str] = "billing.attempt-failed.v1"
    attempt: int
    reason: str
    failed_at: AwareDatetime


class WalletMethodNoted(OfWallet):
    TYPE: ClassVar[str] = "billing.wallet-method-noted.v1"
    customer: str
    method: str
    noted_at: AwareDatetime
