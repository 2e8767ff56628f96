"""A purchase is noted as paid, and its credits do not come into the ledger."""

from __future__ import annotations

from billing.commands import NotePaid
from billing.domain import paying
from billing.domain.private import PaidNoted
from billing.domain.purchase import Purchase
from billing.domain.wallet import Wallet
from recado_events.event import Event


def plant() -> None:
    note_paid = paying.note_paid

    def forgetful(command: NotePaid, purchase: Purchase, wallet: Wallet) -> list[Event]:
        return [fact for fact in note_paid(command, purchase, wallet) if isinstance(fact, PaidNoted)]

    paying.note_paid = forgetful
