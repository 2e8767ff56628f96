"""Disputes: the payer's bank takes the money back until it is decided whose it is; each told once, in any order."""

from __future__ import annotations

from recado_events.billing import DisputeClosed, PaymentDisputed
from recado_events.event import Event

from billing.commands import NoteDispute
from billing.commands.buying import OnPurchase
from billing.domain.private import DisputeNoted
from billing.domain.purchase import Dispute, Purchase, check_known, credits_in
from billing.domain.wallet import Wallet, payable, postings


def note_dispute(command: NoteDispute, purchase: Purchase, wallet: Wallet) -> list[Event]:
    check_known(command, purchase)
    known = purchase.disputes.get(command.dispute)
    if known is not None and (known.outcome is not None or command.outcome is None):
        return []
    if not purchase.is_paid:
        return [_dispute_noted(command, command.dispute, command.total, command.outcome)]
    if known is None or not known.entered:
        if command.outcome == "won":
            return [_dispute_noted(command, command.dispute, command.total, command.outcome)]
        return disputed(command, purchase, wallet, command.dispute, command.total, command.outcome)
    return _closed(command, known)


def disputed(
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
