"""Buying credits, and what the payment provider says came of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from recado_chassis.streams import Streams
from recado_chassis.work import Work
from recado_events.envelope import Cause

from billing.application.books import Books
from billing.application.ports import Checkout, Order, Payments, Refused, Unreachable
from billing.commands import (
    NoteCheckout,
    NoteDispute,
    NoteMethod,
    NotePaid,
    NoteRefund,
    StartPurchase,
    TellDispute,
)
from billing.domain import disputing, paying, payment
from billing.domain.private import DisputeKept
from billing.domain.refusals import ProviderRefused, ProviderUnreachable


class Buying:
    def __init__(self, books: Books, streams: Streams, payments: Payments) -> None:
        self._books = books
        self._streams = streams
        self._payments = payments

    def open_checkout(self, command: StartPurchase, cause: Cause) -> Checkout:
        """Recorded before the provider is asked, and asked with the purchase's id: a repetition finds the same page.
        Raises ProviderUnreachable and ProviderRefused."""
        order, customer = self._streams.transact(lambda work: self.start(work, command, cause)).value
        try:
            return self._payments.open_checkout(order, customer)
        except Unreachable as error:
            raise ProviderUnreachable from error
        except Refused as error:
            raise ProviderRefused(reason=error.reason) from error

    def start(self, work: Work, command: StartPurchase, cause: Cause) -> tuple[Order, str | None]:
        """Answers the order as it was first recorded, and the provider's customer of this organisation, if any."""
        before = self._books.purchase(work, command.purchase_id)
        self._books.enter(work, paying.start_purchase(command, before), command.now, cause)
        bought = self._books.purchase(work, command.purchase_id)
        order = Order(command.organisation_id, command.purchase_id, bought.amount, bought.fee)
        return order, self._books.wallet(work, command.organisation_id).recharging.customer

    def note_checkout(self, work: Work, command: NoteCheckout, cause: Cause) -> None:
        purchase = self._books.purchase(work, command.purchase_id)
        self._books.enter(work, paying.note_checkout(command, purchase), command.now, cause)

    # Notices ------------------------------------------------------------------------------------------

    def note_paid(self, work: Work, command: NotePaid, cause: Cause) -> None:
        """And what was told of the payment before."""
        purchase = self._books.purchase(work, command.purchase_id)
        wallet = self._books.wallet(work, command.organisation_id)
        self._books.enter(work, paying.note_paid(command, purchase, wallet), command.now, cause)
        known = self._books.payment(work, command.payment)
        bound = payment.bind(command, known)
        if bound and self._books.purchase(work, command.purchase_id).payment == command.payment:
            self._books.enter(work, bound, command.now, cause)
            self._tell(work, command.payment, known.kept, command.now, cause)

    def note_method(self, work: Work, command: NoteMethod, cause: Cause) -> None:
        wallet = self._books.wallet(work, command.organisation_id)
        self._books.enter(work, paying.note_method(command, wallet), command.now, cause)

    def note_refund(self, work: Work, command: NoteRefund, cause: Cause) -> None:
        purchase = self._books.purchase(work, command.purchase_id)
        wallet = self._books.wallet(work, command.organisation_id)
        self._books.enter(work, paying.note_refund(command, purchase, wallet), command.now, cause)

    def tell_dispute(self, work: Work, command: TellDispute, cause: Cause) -> None:
        known = self._books.payment(work, command.payment)
        if known.purchase_id is None:
            self._books.enter(work, payment.keep(command, known), command.now, cause)
        else:
            self._tell(work, command.payment, [command], command.now, cause)

    def _tell(
        self, work: Work, name: str, told: Sequence[TellDispute | DisputeKept], now: datetime, cause: Cause
    ) -> None:
        known = self._books.payment(work, name)
        for each in told:
            command = payment.of_purchase(known, each, now)
            if command is not None:
                self.note_dispute(work, command, cause)

    def note_dispute(self, work: Work, command: NoteDispute, cause: Cause) -> None:
        purchase = self._books.purchase(work, command.purchase_id)
        wallet = self._books.wallet(work, command.organisation_id)
        self._books.enter(work, disputing.note_dispute(command, purchase, wallet), command.now, cause)
