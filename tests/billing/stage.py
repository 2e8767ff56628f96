"""One organisation's wallet on a memory store: what is heard, what is bought. Everything twice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from billing.application import Books, Charging, Listening, Settling
from billing.application.books import FOLDS
from billing.commands import (
    ChangeEdition,
    ChoosePolicy,
    ExpireHold,
    FailAttempt,
    ImportRateCard,
    JoinCustomers,
    NoteAd,
    NoteDelivery,
    NoteMethod,
    NoteNumber,
    NoteOutcome,
    NotePaid,
    NotePricing,
    NoteReply,
    NoteWindow,
    Register,
    ReleaseHold,
    Reserve,
    SetAutoRecharge,
    StartAttempt,
    StartPurchase,
)
from billing.domain import paying, recharging
from billing.domain.private import PRIVATE
from billing.domain.wallet import Wallet
from recado_events.billing import PUBLISHED, OfWallet, Posting, Price, RegionOf
from recado_events.conversations import Pricing
from recado_events.event import Event
from recado_events.ids import CustomerId, MessageId, OrganisationId, UserId, WabaId

from tests.harness.on_memory import ADMINISTRATOR_ID, NUMBER, ORGANISATION, OnMemory

WABA = WabaId("102290129340398")
CREDIT = 2_000_000
PRICES = {
    ("BR", "marketing"): 62_500,
    ("BR", "utility"): 6_800,
    ("latin_america", "marketing"): 74_000,
    ("rest_of_world", "marketing"): 60_400,
    ("rest_of_world", "utility"): 7_700,
    ("rest_of_world", "authentication"): 7_600,
    ("rest_of_world", "service"): 0,
    ("rest_of_world", "service_message"): 7_700,
}
REGIONS = {"PY": "latin_america", "BR": "latin_america"}
FEE = 300


class Stage(OnMemory):
    """The WABA's zone is `zone`; the organisation is registered, its number connected and a rate card imported."""

    def __init__(self, zone: str = "UTC", edition: str = "premier", prices: Mapping[Any, int] = PRICES) -> None:
        super().__init__((*PUBLISHED, *PRIVATE))
        self.number = NUMBER
        self.books = Books(FEE)
        self.charging, self.settling = Charging(self.books), Settling(self.books)
        self.listening = Listening(self.books, self.streams)
        self.do(self.settling.register, Register(**self.org, name="Aurora", locale="pt-BR", edition=edition))
        self.connects(zone)
        if prices:
            self.imports("sample", prices)

    @property
    def org(self) -> Any:
        return {"organisation_id": ORGANISATION, "now": self.now}

    # What is settled ----------------------------------------------------------------------------------

    def connects(self, zone: str, number: str = NUMBER, waba: str = WABA) -> None:
        told: Any = {"phone_number_id": number, "waba_id": waba, "country": "BR", "time_zone": zone}
        self.do(self.listening.note_number, NoteNumber(**self.org, **told))

    def imports(self, name: str, prices: Mapping[Any, int], valid_from: datetime = datetime(2026, 1, 1)) -> list[Event]:  # noqa: DTZ001
        rows = tuple(Price(market=market, category=category, amount=a) for (market, category), a in prices.items())
        regions = tuple(RegionOf(country=country, region=region) for country, region in REGIONS.items())
        card = ImportRateCard(rate_card=name, valid_from=valid_from, prices=rows, regions=regions, now=self.now)
        return self.do(self.settling.import_rate_card, card)

    def chooses(self, policy: str, valid_from: datetime = datetime(2026, 1, 1), **changed: Any) -> None:  # noqa: DTZ001
        told = {"reply_window_is_free": True, "free_conversations": 1_000, "free_service_messages": 1_000, **changed}
        chosen = ChoosePolicy(policy=policy, valid_from=valid_from, now=self.now, **told)
        self.do(self.settling.choose_policy, chosen)

    def edition(self, edition: str) -> list[Event]:
        return self.do(self.settling.change_edition, ChangeEdition(**self.org, edition=edition))

    # What is bought -------------------------------------------------------------------------------------

    def buys(self, micros: int) -> UUID:
        """Paid and proven."""
        purchase = uuid4()
        self.starts(purchase, micros)
        self.paid(purchase, micros + self.books.fee_of(micros))
        return purchase

    def starts(self, purchase: UUID, micros: int) -> None:
        command = StartPurchase(
            **self.org, purchase_id=purchase, amount=micros, fee=self.books.fee_of(micros), by=ADMINISTRATOR_ID
        )

        def start(work: Any, asked: StartPurchase, cause: Any) -> None:
            facts = paying.start_purchase(asked, self.books.purchase(work, purchase))
            self.books.enter(work, facts, self.now, cause)

        self.do(start, command)

    def paid(self, purchase: UUID, total: int, currency: str = "usd", payment: str | None = None) -> list[Event]:
        payment = payment or f"pi_{purchase.hex}"
        about = NotePaid(**self.org, purchase_id=purchase, total=total, currency=currency, payment=payment)
        return self.noticed(paying.note_paid, about)

    def noticed(self, decide: Any, command: Any) -> list[Event]:
        def enter(work: Any, asked: Any, cause: Any) -> None:
            purchase = self.books.purchase(work, asked.purchase_id)
            facts = decide(asked, purchase, self.books.wallet(work, ORGANISATION))
            self.books.enter(work, facts, self.now, cause)

        return self.do(enter, command)

    def keeps_method(self) -> None:
        def enter(work: Any, asked: NoteMethod, cause: Any) -> None:
            self.books.enter(work, paying.note_method(asked, self.books.wallet(work, ORGANISATION)), self.now, cause)

        self.do(enter, NoteMethod(**self.org, customer="cus_1", method="pm_1"))

    def recharges_by_itself(self, floor: int, amount: int, cap: int, on: bool = True) -> list[Event]:
        wishes = SetAutoRecharge(**self.org, on=on, floor=floor, amount=amount, daily_cap=cap, by=UserId(uuid4()))
        return self.do(self.settling.set_auto_recharge, wishes)

    def attempts(self, purchase: UUID) -> list[Any]:
        """A worker is about to charge the saved method."""

        def start(work: Any, asked: StartAttempt, cause: Any) -> None:
            known, wallet = self.books.purchase(work, purchase), self.books.wallet(work, ORGANISATION)
            self.books.enter(work, recharging.start_attempt(asked, known, wallet), self.now, cause)

        return self.do(start, StartAttempt(**self.org, purchase_id=purchase))

    def declined(self, purchase: UUID) -> list[Any]:
        """What the provider says of the last attempt."""

        def fail(work: Any, asked: FailAttempt, cause: Any) -> None:
            known, wallet = self.books.purchase(work, purchase), self.books.wallet(work, ORGANISATION)
            self.books.enter(work, recharging.fail_attempt(asked, known, wallet), self.now, cause)

        attempt = self.streams.read(f"purchase-{purchase}", FOLDS["purchase"]).attempts
        told: Any = {"attempt": attempt, "reason": "card_declined", "hopeless": False}
        return self.do(fail, FailAttempt(**self.org, purchase_id=purchase, **told))

    # What is heard --------------------------------------------------------------------------------------

    def on(self, message: MessageId, customer: CustomerId, **more: Any) -> Any:
        where = {"phone_number_id": self.number, "customer_id": customer, "message_id": message}
        return {**self.org, **where, **more}

    def asks(
        self,
        customer: CustomerId,
        category: str = "marketing",
        country: str | None = "BR",
        message: MessageId | None = None,
    ) -> MessageId:
        """A template message asks for its credits."""
        message = message or new_message()
        told = {"category": category, "country": country, "send_by": self.now + timedelta(minutes=15)}
        self.do(self.charging.reserve, Reserve(**self.on(message, customer, **told)))
        return message

    def replies(self, customer: CustomerId, country: str | None = "BR") -> MessageId:
        """A free-form message leaves."""
        message = new_message()
        self.do(self.charging.note_reply, NoteReply(**self.on(message, customer, country=country)))
        return message

    def delivered(
        self,
        message: MessageId,
        customer: CustomerId,
        *,
        evidence: str = "delivered",
        at: datetime | None = None,
        category: str | None = None,
        type: str | None = None,
    ) -> list[Event]:
        told = None if category is None and type is None else Pricing(category=category, type=type, billable=True)
        about = self.on(message, customer, evidence=evidence, at=at or self.now, pricing=told)
        return self.do(self.charging.note_delivery, NoteDelivery(**about))

    def sent(self, message: MessageId, customer: CustomerId, **pricing: Any) -> list[Event]:
        return self.do(
            self.charging.note_pricing, NotePricing(**self.on(message, customer, pricing=Pricing(**pricing)))
        )

    def ends(self, message: MessageId, customer: CustomerId, reason: str = "rejected") -> list[Event]:
        return self.do(self.charging.release, ReleaseHold(**self.on(message, customer, reason=reason)))

    def outcome(self, message: MessageId, customer: CustomerId, *, known: bool) -> list[Event]:
        return self.do(self.charging.note_outcome, NoteOutcome(**self.on(message, customer, known=known)))

    def expires(self, message: MessageId, customer: CustomerId) -> list[Event]:
        return self.do(self.charging.expire, ExpireHold(**self.on(message, customer)))

    def writes(
        self, customer: CustomerId, *, extends: bool = False, from_ad: bool = False, at: datetime | None = None
    ) -> None:
        """The customer writes, by Meta's clock `at`: the window opens, or goes on."""
        told_at = at or self.now
        where: Any = {**self.org, "phone_number_id": self.number, "customer_id": customer}
        if from_ad:
            self.do(self.listening.note_ad, NoteAd(**where, at=told_at))
        window: Any = {"opened": not extends, "at": told_at, "closes_at": told_at + timedelta(hours=24)}
        self.do(self.listening.note_window, NoteWindow(**where, message_id=new_message(), **window))

    def joins(self, customer: CustomerId, merged: CustomerId) -> None:
        """Two customers turn out to be one."""
        where: Any = {**self.org, "phone_number_id": self.number, "customer_id": customer}
        self.do(self.listening.join_customers, JoinCustomers(**where, merged_id=merged))

    # Then -------------------------------------------------------------------------------------------------

    @property
    def wallet(self) -> Wallet:
        found: Wallet = self.streams.read(f"wallet-{ORGANISATION}", FOLDS["wallet"])
        return found

    def balances(self) -> dict[str, int]:
        return {account: amount for account, amount in sorted(self.wallet.balances.items()) if amount}

    def costs(self, message: MessageId) -> Any:
        """How a message was rated."""
        (rated,) = [f for f in self.facts() if f.TYPE == "billing.charge-rated.v1" and f.message_id == message]
        return rated.rated

    def entries(self) -> list[tuple[Posting, ...]]:
        return [getattr(fact, "postings", ()) for fact in self.facts() if isinstance(fact, OfWallet)]


def new_message() -> MessageId:
    return MessageId(uuid4())


def new_customer() -> CustomerId:
    return CustomerId(uuid4())


def organisation() -> OrganisationId:
    return OrganisationId(uuid4())
