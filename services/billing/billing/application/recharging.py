"""The saved payment method is charged when a recharge is due. The provider's notice is what credits it."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from recado_chassis.crash import crash
from recado_chassis.one_by_one import one_by_one
from recado_chassis.streams import Streams
from recado_chassis.work import Work
from recado_events.envelope import Cause
from recado_events.ids import OrganisationId

from billing.application.books import Books
from billing.application.ports import Due, Order, Payments, Refused, Unreachable
from billing.commands import FailAttempt, StartAttempt
from billing.domain import recharging
from billing.domain.purchase import Purchase
from billing.domain.wallet import Recharging as Wishes

AT_ONCE = 20


class Recharging:
    """Synchronous, for threads: it waits for the provider. Several workers may do it at once."""

    def __init__(self, books: Books, streams: Streams, payments: Payments, due: Due) -> None:
        self._books = books
        self._streams = streams
        self._payments = payments
        self._due = due

    def recharge(self) -> int:
        """How many attempts were made. Raises as `one_by_one` does."""
        made = list[bool]()
        due = self._due.recharges(self._streams.clock.now(), AT_ONCE)
        one_by_one(due, lambda recharge: made.append(self._recharge(*recharge)))
        return sum(made)

    def _recharge(self, organisation_id: UUID, purchase_id: UUID) -> bool:
        org, now = OrganisationId(organisation_id), self._streams.clock.now()
        command = StartAttempt(organisation_id=org, purchase_id=purchase_id, now=now)
        return self._attempt(command, Cause(str(self._streams.ids.new())))

    def _attempt(self, command: StartAttempt, cause: Cause) -> bool:
        claimed = self._streams.transact(partial(self._claim, command=command, cause=cause)).value
        if claimed is None:
            return False
        purchase, wishes = claimed
        crash("recharge.claimed")
        order = Order(command.organisation_id, command.purchase_id, purchase.amount, purchase.fee)
        try:
            self._payments.charge(order, wishes.customer or "", wishes.method or "", purchase.attempts)
        except Unreachable:
            self._fail(command, purchase.attempts, Refused("unreachable"), cause)
        except Refused as refused:
            self._fail(command, purchase.attempts, refused, cause)
        return True

    def _claim(self, work: Work, command: StartAttempt, cause: Cause) -> tuple[Purchase, Wishes] | None:
        before = self._books.purchase(work, command.purchase_id)
        wallet = self._books.wallet(work, command.organisation_id)
        self._books.enter(work, recharging.start_attempt(command, before, wallet), command.now, cause)
        after = self._books.purchase(work, command.purchase_id)
        return None if after.attempts == before.attempts else (after, wallet.recharging)

    def _fail(self, about: StartAttempt, attempt: int, why: Refused, cause: Cause) -> None:
        command = FailAttempt(
            organisation_id=about.organisation_id,
            purchase_id=about.purchase_id,
            attempt=attempt,
            reason=why.reason,
            hopeless=why.hopeless,
            now=self._streams.clock.now(),
        )
        self._streams.transact(partial(self.note_failure, command=command, cause=cause))

    def note_failure(self, work: Work, command: FailAttempt, cause: Cause) -> None:
        purchase = self._books.purchase(work, command.purchase_id)
        wallet = self._books.wallet(work, command.organisation_id)
        self._books.enter(work, recharging.fail_attempt(command, purchase, wallet), command.now, cause)
