"""The books: states of all streams by name, and facts entered with what follows from them for the wallet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from recado_chassis.store import UniqueKey
from recado_chassis.work import Fold, Work
from recado_events.billing import ChargePosted, LateChargeRecorded, OfWallet
from recado_events.envelope import Cause
from recado_events.event import Event
from recado_events.ids import CustomerId, MessageId, OrganisationId, PhoneNumberId, WabaId

from billing.application import snapshots
from billing.domain import alarm, charge, counters, dealings, organisation, payment, prices, purchase, staff, wallet
from billing.domain.charge import Charge, charge_stream
from billing.domain.counters import Account, Number, account_stream, number_stream
from billing.domain.dealings import Dealings, dealings_stream
from billing.domain.organisation import Organisation, organisation_stream
from billing.domain.payment import Payment, payment_stream
from billing.domain.prices import PRICES_STREAM, Prices
from billing.domain.purchase import Purchase, purchase_stream
from billing.domain.scene import Scene
from billing.domain.staff import Staff, staff_stream
from billing.domain.wallet import Wallet, wallet_stream

FOLDS: dict[str, Fold[Any]] = {
    "organisation": Fold(Organisation(), organisation.evolve),
    "wallet": Fold(Wallet(), wallet.evolve, snapshots.WALLET),
    "prices": Fold(Prices(), prices.evolve),
    "charge": Fold(Charge(), charge.evolve),
    "dealings": Fold(Dealings(), dealings.evolve, snapshots.DEALINGS),
    "number": Fold(Number(), counters.evolve_number, snapshots.NUMBER),
    "account": Fold(Account(), counters.evolve_account, snapshots.ACCOUNT),
    "purchase": Fold(Purchase(), purchase.evolve),
    "payment": Fold(Payment(), payment.evolve),
    "staff": Fold(Staff(), staff.evolve),
}
BASIS_POINTS = 10_000
MICROS_A_CENT = 10_000


def fold_of(stream: str) -> Fold[Any]:
    return FOLDS[stream[: stream.index("-")]]


def scene_streams(
    organisation_id: OrganisationId, phone_number_id: PhoneNumberId, customer_id: CustomerId, message_id: MessageId
) -> tuple[str, ...]:
    """All that a decision about one message looks at, but for the account of its number."""
    return (
        charge_stream(message_id),
        dealings_stream(customer_id),
        number_stream(organisation_id, phone_number_id),
        organisation_stream(organisation_id),
        wallet_stream(organisation_id),
        PRICES_STREAM,
    )


def charge_key(organisation_id: OrganisationId, message_id: MessageId) -> UniqueKey:
    """Claimed with the charge and never released: a message is charged at most once, for ever (rule 24)."""
    return UniqueKey("charge", str(organisation_id), str(message_id))


class Books:
    def __init__(self, fee_basis_points: int) -> None:
        self._fee = fee_basis_points

    def fee_of(self, amount: int) -> int:
        """Of a purchase, micro-US$: whole cents, rounded up."""
        cents, rest = divmod(amount * self._fee, BASIS_POINTS * MICROS_A_CENT)
        return (cents + (1 if rest else 0)) * MICROS_A_CENT

    # States ----------------------------------------------------------------------------------------

    def organisation(self, work: Work, organisation_id: OrganisationId) -> Organisation:
        found: Organisation = work.state(organisation_stream(organisation_id), FOLDS["organisation"])
        return found

    def wallet(self, work: Work, organisation_id: OrganisationId) -> Wallet:
        found: Wallet = work.state(wallet_stream(organisation_id), FOLDS["wallet"])
        return found

    def prices(self, work: Work) -> Prices:
        found: Prices = work.state(PRICES_STREAM, FOLDS["prices"])
        return found

    def charge(self, work: Work, message_id: MessageId) -> Charge:
        found: Charge = work.state(charge_stream(message_id), FOLDS["charge"])
        return found

    def survivor(self, work: Work, customer_id: CustomerId) -> CustomerId:
        """Who this customer is by now: dealings with whoever was joined to another one go on there."""
        while (into := self.dealings(work, customer_id).survivor) is not None:
            customer_id = into
        return customer_id

    def dealings(self, work: Work, customer_id: CustomerId) -> Dealings:
        found: Dealings = work.state(dealings_stream(customer_id), FOLDS["dealings"])
        return found

    def number(self, work: Work, organisation_id: OrganisationId, phone_number_id: PhoneNumberId) -> Number:
        found: Number = work.state(number_stream(organisation_id, phone_number_id), FOLDS["number"])
        return found

    def account(self, work: Work, organisation_id: OrganisationId, waba_id: WabaId) -> Account:
        found: Account = work.state(account_stream(organisation_id, waba_id), FOLDS["account"])
        return found

    def purchase(self, work: Work, purchase_id: UUID) -> Purchase:
        found: Purchase = work.state(purchase_stream(purchase_id), FOLDS["purchase"])
        return found

    def payment(self, work: Work, name: str) -> Payment:
        found: Payment = work.state(payment_stream(name), FOLDS["payment"])
        return found

    def staff(self, work: Work, organisation_id: OrganisationId) -> Staff:
        found: Staff = work.state(staff_stream(organisation_id), FOLDS["staff"])
        return found

    def scene(
        self,
        work: Work,
        organisation_id: OrganisationId,
        phone_number_id: PhoneNumberId,
        customer_id: CustomerId,
        message_id: MessageId,
    ) -> Scene:
        names = scene_streams(organisation_id, phone_number_id, customer_id, message_id)
        folds = {name: fold_of(name) for name in names}
        work.load(folds)
        charge, _, number, organisation, wallet, prices = (work.state(name, folds[name]) for name in names)
        whose = self.survivor(work, customer_id)
        dealings = self.dealings(work, whose)
        waba_id: WabaId | None = number.waba_id
        account = Account() if waba_id is None else self.account(work, organisation_id, waba_id)
        return Scene(organisation, wallet, prices, whose, dealings, number, account, charge)

    # Facts ------------------------------------------------------------------------------------------

    def enter(self, work: Work, facts: Sequence[Event], now: datetime, cause: Cause) -> None:
        """Records the facts, and what follows where they move a wallet: the alarm, a recharge."""
        self._record(work, [*facts, *self._alarms(work, facts, now)], cause)
        for fact in facts:
            if isinstance(fact, ChargePosted | LateChargeRecorded):
                work.claim(charge_key(fact.organisation_id, fact.message_id), str(fact.message_id))

    def _alarms(self, work: Work, facts: Sequence[Event], now: datetime) -> list[Event]:
        owners = dict.fromkeys(fact.organisation_id for fact in facts if isinstance(fact, OfWallet))
        told: list[Event] = []
        for owner in owners:
            own = [fact for fact in facts if fact.organisation_id == owner]
            told += alarm.watch(owner, self.wallet(work, owner), own, now, self.fee_of)
        return told

    def _record(self, work: Work, facts: Sequence[Event], cause: Cause) -> None:
        work.load({stream: fold_of(stream) for stream in dict.fromkeys(fact.stream for fact in facts)})
        work.record(facts, cause)
