"""What the provider's notices do to the ledger: each once, in any order, only what fits what was asked (rule 31)."""

from __future__ import annotations

from recado_events.billing import CreditsPurchased, DisputeClosed, PaymentDisputed, PurchaseRefunded
from recado_events.event import Event

from billing.commands import NoteCheckout, NoteDispute, NoteMethod, NotePaid, NoteRefund, StartPurchase
from billing.commands.buying import OnPurchase
from billing.domain.alarm import after
from billing.domain.private import (
    CheckoutOpened,
    DisputeNoted,
    NoticeSetAside,
    PaidNoted,
    PurchaseStarted,
    RefundNoted,
    WalletMethodNoted,
)
from billing.domain.purchase import Dispute, Purchase, credits_in
from billing.domain.refusals import UnknownPurchase
from billing.domain.wallet import Wallet, payable, postings

CURRENCY = "usd"


def start_purchase(command: StartPurchase, purchase: Purchase) -> list[Event]:
    if purchase.organisation_id is not None:
        return []
    return [
        PurchaseStarted(
            organisation_id=command.organisation_id,
            purchase_id=command.purchase_id,
            how="checkout",
            amount=command.amount,
            fee=command.fee,
            started_by=command.by,
            started_at=command.now,
        )
    ]


def note_checkout(command: NoteCheckout, purchase: Purchase) -> list[Event]:
    if purchase.session is not None:
        return []
    org, bought = command.organisation_id, command.purchase_id
    return [
        CheckoutOpened(
            organisation_id=org,
            purchase_id=bought,
            session=command.session,
            customer=command.customer,
            opened_at=command.now,
        )
    ]


def note_method(command: NoteMethod, wallet: Wallet) -> list[Event]:
    if (wallet.recharging.customer, wallet.recharging.method) == (command.customer, command.method):
        return []
    return [
        WalletMethodNoted(
            organisation_id=command.organisation_id,
            customer=command.customer,
            method=command.method,
            noted_at=command.now,
        )
    ]


def note_paid(command: NotePaid, purchase: Purchase, wallet: Wallet) -> list[Event]:
    """Credits it, and enters what was told of it before: a refund or a dispute may overtake the payment."""
    _check_known(command, purchase)
    if purchase.is_paid:
        return []
    if command.currency != CURRENCY or command.total != purchase.total:
        return [_set_aside(command, "amount_differs", command.total, command.currency)]
    org, bought, now = command.organisation_id, command.purchase_id, command.now
    moved = postings(available=purchase.amount, payment_fees=purchase.fee, purchases=-purchase.total)
    facts: list[Event] = [
        CreditsPurchased(
            organisation_id=org,
            purchase_id=bought,
            how=purchase.how,
            amount=purchase.amount,
            fee=purchase.fee,
            postings=moved,
            purchased_at=now,
        ),
        PaidNoted(organisation_id=org, purchase_id=bought, payment=command.payment, noted_at=now),
    ]
    if purchase.refunded:
        facts += _refund(command, purchase, after(wallet, facts), purchase.refunded)
    for dispute, state in purchase.disputes.items():
        if state.outcome != "won":
            facts += _dispute(command, purchase, after(wallet, facts), dispute, state.total, state.outcome)
    return facts


def note_refund(command: NoteRefund, purchase: Purchase, wallet: Wallet) -> list[Event]:
    """The provider tells the sum of all refunds: an older notice tells less, and nothing new."""
    _check_known(command, purchase)
    total = min(command.total, purchase.total)
    if total <= purchase.refunded:
        return []
    if not purchase.is_paid:
        org, bought = command.organisation_id, command.purchase_id
        return [RefundNoted(organisation_id=org, purchase_id=bought, total=total, entered=0, noted_at=command.now)]
    return _refund(command, purchase, wallet, total)


def _refund(command: OnPurchase, purchase: Purchase, wallet: Wallet, total: int) -> list[Event]:
    org, bought, now = command.organisation_id, command.purchase_id, command.now
    money = total - purchase.refund_entered
    worth = credits_in(purchase, total) - credits_in(purchase, purchase.refund_entered)
    moved = postings(purchases=money, payment_fees=worth - money, **payable(wallet, worth))
    return [
        PurchaseRefunded(organisation_id=org, purchase_id=bought, amount=money, postings=moved, refunded_at=now),
        RefundNoted(organisation_id=org, purchase_id=bought, total=total, entered=total, noted_at=now),
    ]


def note_dispute(command: NoteDispute, purchase: Purchase, wallet: Wallet) -> list[Event]:
    _check_known(command, purchase)
    known = purchase.disputes.get(command.dispute)
    if known is not None and (known.outcome is not None or command.outcome is None):
        return []
    if not purchase.is_paid:
        return [_dispute_noted(command, command.dispute, command.total, command.outcome)]
    if known is None or not known.entered:
        if command.outcome == "won":
            return [_dispute_noted(command, command.dispute, command.total, command.outcome)]
        return _dispute(command, purchase, wallet, command.dispute, command.total, command.outcome)
    return _closed(command, known)


def _dispute(
    command: OnPurchase, purchase: Purchase, wallet: Wallet, dispute: str, total: int, outcome: str | None
) -> list[Event]:
    money = min(total, purchase.total)
    worth = credits_in(purchase, money)
    taken = payable(wallet, worth)
    moved = postings(purchases=money, payment_fees=worth - money, **taken)
    org, bought, now = command.organisation_id, command.purchase_id, command.now
    facts: list[Event] = [
        PaymentDisputed(organisation_id=org, purchase_id=bought, amount=money, postings=moved, disputed_at=now),
        _dispute_noted(command, dispute, money, outcome, -taken["available"], -taken["receivable"]),
    ]
    if outcome is not None:
        facts.append(
            DisputeClosed(organisation_id=org, purchase_id=bought, outcome=outcome, amount=money, closed_at=now)
        )
    return facts


def _closed(command: NoteDispute, known: Dispute) -> list[Event]:
    """Won, it goes back the way it was taken; otherwise it stays taken."""
    org, bought, now = command.organisation_id, command.purchase_id, command.now
    worth = known.from_available + known.from_receivable
    back = postings(
        purchases=-known.total,
        payment_fees=known.total - worth,
        available=known.from_available,
        receivable=known.from_receivable,
    )
    closed = DisputeClosed(
        organisation_id=org,
        purchase_id=bought,
        outcome=command.outcome or "",
        amount=known.total,
        postings=back if command.outcome == "won" else (),
        closed_at=now,
    )
    return [closed, _dispute_noted(command, command.dispute, known.total, command.outcome)]


def _dispute_noted(
    command: OnPurchase, dispute: str, total: int, outcome: str | None, available: int = 0, receivable: int = 0
) -> DisputeNoted:
    return DisputeNoted(
        organisation_id=command.organisation_id,
        purchase_id=command.purchase_id,
        dispute=dispute,
        total=total,
        outcome=outcome,
        from_available=available,
        from_receivable=receivable,
        noted_at=command.now,
    )


def _check_known(command: OnPurchase, purchase: Purchase) -> None:
    if purchase.organisation_id is None or purchase.organisation_id != command.organisation_id:
        raise UnknownPurchase


def _set_aside(command: OnPurchase, reason: str, told: int, currency: str) -> NoticeSetAside:
    return NoticeSetAside(
        organisation_id=command.organisation_id,
        purchase_id=command.purchase_id,
        reason=reason,
        told=told,
        currency=currency,
        set_aside_at=command.now,
    )
