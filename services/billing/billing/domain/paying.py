"""What the provider's notices do to the ledger: each once, in any order, only what fits what was asked (rule 31)."""

from __future__ import annotations

from recado_events.billing import CreditsPurchased, PurchaseRefunded
from recado_events.event import Event

from billing.commands import NoteCheckout, NoteMethod, NotePaid, NoteRefund, StartPurchase
from billing.commands.buying import OnPurchase
from billing.domain.alarm import after
from billing.domain.disputing import disputed
from billing.domain.private import (
    CheckoutOpened,
    NoticeSetAside,
    PaidNoted,
    PurchaseStarted,
    RefundNoted,
    WalletMethodNoted,
)
from billing.domain.purchase import Purchase, check_known, credits_in
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
    check_known(command, purchase)
    if command.payment == purchase.payment or command.payment in purchase.set_aside:
        return []
    if purchase.is_paid:
        return [_set_aside(command, "paid_again")]
    if command.currency != CURRENCY or command.total != purchase.total:
        return [_set_aside(command, "amount_differs")]
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
            facts += disputed(command, purchase, after(wallet, facts), dispute, state.total, state.outcome)
    return facts


def note_refund(command: NoteRefund, purchase: Purchase, wallet: Wallet) -> list[Event]:
    """The provider tells the sum of all refunds: an older notice tells less, and nothing new. What was set aside
    is paid back without credits."""
    check_known(command, purchase)
    if command.payment is not None and command.payment in purchase.set_aside:
        return []
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


def _set_aside(command: NotePaid, reason: str) -> NoticeSetAside:
    return NoticeSetAside(
        organisation_id=command.organisation_id,
        purchase_id=command.purchase_id,
        reason=reason,
        payment=command.payment,
        told=command.total,
        currency=command.currency,
        set_aside_at=command.now,
    )
