"""The ledger under any interleaving (rules 24, 28, 30, 31): it balances, and nothing is charged or credited twice."""

from __future__ import annotations

from collections import Counter
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from billing.adapters.postgres.verifying import entries
from billing.adapters.postgres.verifying.charges import rated_otherwise
from billing.commands import NoteDelivery, NoteDispute, NotePaid, NoteRefund, ReleaseHold, Reserve
from billing.domain import disputing, paying
from billing.domain.wallet import postings
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule
from recado_events.billing import (
    ChargePosted,
    CreditsPurchased,
    CreditsReserved,
    HoldExpired,
    HoldReleased,
    LateChargeRecorded,
    Posting,
    RechargeStarted,
)
from recado_events.event import Event

from tests.billing.stage import CREDIT, Stage, new_customer, new_message
from tests.harness.on_memory import CAUSE, ORGANISATION

CUSTOMERS = [new_customer() for _ in range(3)]
PRICE = 62_500
CATEGORY = st.sampled_from([None, "marketing", "utility", "authentication", "referral_conversion", "unheard_of"])
TYPE = st.sampled_from([None, "regular", "free_customer_service", "free_entry_point"])


class Lost(Exception):
    """The process dies before its commit."""


class Ledger(RuleBasedStateMachine):
    """Reserve, post, release, expire, buy, refund, dispute, recharge, join customers, change policies: in any order,
    each told any number of times."""

    messages = Bundle("messages")
    purchases = Bundle("purchases")

    def __init__(self) -> None:
        super().__init__()
        self.stage = Stage()
        self.seen = 0
        self.balances: Counter[str] = Counter()
        self.held: dict[Any, int] = {}
        self.charged: set[Any] = set()
        self.credited: set[Any] = set()
        self.crossings: set[int] = set()

    @rule(target=messages, customer=st.sampled_from(CUSTOMERS), category=st.sampled_from(["marketing", "utility"]))
    def asks(self, customer: Any, category: str) -> Any:
        return self.stage.asks(customer, category), customer

    @rule(message=messages, evidence=st.sampled_from(["delivered", "read"]))
    def is_delivered(self, message: Any, evidence: str) -> None:
        self.stage.delivered(*message, evidence=evidence)

    @rule(target=messages, customer=st.sampled_from(CUSTOMERS))
    def replies(self, customer: Any) -> Any:
        return self.stage.replies(customer), customer

    @rule(message=messages, category=CATEGORY, type=TYPE)
    def is_delivered_as(self, message: Any, category: str | None, type: str | None) -> None:
        self.stage.delivered(*message, category=category, type=type)

    @rule(message=messages, category=CATEGORY, type=TYPE)
    def is_priced(self, message: Any, category: str | None, type: str | None) -> None:
        self.stage.sent(*message, category=category, type=type)

    @rule(policy=st.sampled_from(["R1", "R2", "R3"]))
    def is_charged_otherwise(self, policy: str) -> None:
        since = self.stage.now.replace(tzinfo=None)
        self.stage.chooses(policy, since, free_conversations=1, free_service_messages=1)

    @rule(customer=st.sampled_from(CUSTOMERS), other=st.sampled_from(CUSTOMERS))
    def are_one(self, customer: Any, other: Any) -> None:
        self.stage.joins(customer, other)

    @rule(message=messages, reason=st.sampled_from(["rejected", "failed", "withdrawn"]))
    def ends(self, message: Any, reason: str) -> None:
        self.stage.ends(message[0], message[1], reason)

    @rule(message=messages, known=st.booleans())
    def outcome(self, message: Any, known: bool) -> None:
        self.stage.outcome(*message, known=known)

    @rule(message=messages)
    def expires(self, message: Any) -> None:
        self.stage.expires(*message)

    @rule(hours=st.integers(1, 800))
    def time_passes(self, hours: int) -> None:
        self.stage.later(hours=hours)

    @rule(customer=st.sampled_from(CUSTOMERS), from_ad=st.booleans())
    def writes(self, customer: Any, from_ad: bool) -> None:
        self.stage.writes(customer, from_ad=from_ad)
        self.stage.delivered(self.stage.replies(customer), customer)

    @rule(target=purchases, micros=st.integers(1, 10).map(lambda n: n * 20_000))
    def buys(self, micros: int) -> Any:
        self.stage.keeps_method()
        purchase = self.stage.buys(micros)
        return purchase, micros + self.stage.books.fee_of(micros)

    @rule(target=purchases, micros=st.integers(1, 10).map(lambda n: n * 20_000))
    def starts_to_buy(self, micros: int) -> Any:
        purchase = UUID(int=new_message().int)
        self.stage.starts(purchase, micros)
        return purchase, micros + self.stage.books.fee_of(micros)

    @rule(purchase=purchases)
    def is_paid(self, purchase: Any) -> None:
        self.stage.paid(*purchase)

    @rule(purchase=purchases, part=st.integers(0, 4))
    def is_refunded(self, purchase: Any, part: int) -> None:
        told = NoteRefund(**self.stage.org, purchase_id=purchase[0], total=purchase[1] * part // 4)
        self.stage.noticed(paying.note_refund, told)

    @rule(purchase=purchases, dispute=st.sampled_from("ab"), outcome=st.sampled_from([None, "won", "lost"]))
    def is_disputed(self, purchase: Any, dispute: str, outcome: str | None) -> None:
        told = NoteDispute(
            **self.stage.org, purchase_id=purchase[0], dispute=dispute, total=purchase[1], outcome=outcome
        )
        self.stage.noticed(disputing.note_dispute, told)

    @rule(floor=st.integers(0, 4).map(lambda n: n * 20_000), amount=st.integers(1, 5).map(lambda n: n * 20_000))
    def recharges(self, floor: int, amount: int) -> None:
        if self.stage.wallet.recharging.method is not None:
            self.stage.recharges_by_itself(floor, amount, cap=amount * 3)

    @rule()
    def recharge_is_paid(self) -> None:
        for started in self.stage.facts(RechargeStarted):
            self.stage.paid(started.purchase_id, started.amount + started.fee)

    @rule(message=messages, what=st.sampled_from(["release", "post", "reserve"]))
    def dies_before_its_commit(self, message: Any, what: str) -> None:
        stage = self.stage
        about = stage.on(*message)
        told: Any = {"evidence": "delivered", "at": stage.now, "pricing": None}
        asked: Any = {
            **about,
            "message_id": new_message(),
            "category": "marketing",
            "country": "BR",
            "send_by": stage.now,
        }
        act: Any = {
            "release": lambda work: stage.charging.release(work, ReleaseHold(**about, reason="failed"), CAUSE),
            "post": lambda work: stage.charging.note_delivery(work, NoteDelivery(**about, **told), CAUSE),
            "reserve": lambda work: stage.charging.reserve(work, Reserve(**asked), CAUSE),
        }
        self.dies(act[what])

    @rule(purchase=purchases)
    def dies_before_it_is_credited(self, purchase: Any) -> None:
        stage, (bought, total) = self.stage, purchase
        paid = NotePaid(**stage.org, purchase_id=bought, total=total, currency="usd", payment=f"pi_{bought.hex}")

        def credit(work: Any) -> None:
            facts = paying.note_paid(paid, stage.books.purchase(work, bought), stage.books.wallet(work, ORGANISATION))
            stage.books.enter(work, facts, stage.now, CAUSE)

        self.dies(credit)

    def dies(self, act: Any) -> None:
        before = self.stage.store.end()

        def dying(work: Any) -> None:
            act(work)
            raise Lost

        with pytest.raises(Lost):
            self.stage.streams.transact(dying)
        assert self.stage.store.end() == before

    # Whatever was done ----------------------------------------------------------------------------------

    def news(self) -> list[Event]:
        """What was recorded since the last look."""
        recorded = self.stage.log(self.seen)
        self.seen += len(recorded)
        return [each.event for each in recorded]

    @invariant()
    def everything_holds(self) -> None:
        for fact in self.news():
            self.check_balances(getattr(fact, "postings", ()))
            match fact:
                case ChargePosted() | LateChargeRecorded():
                    assert fact.message_id not in self.charged, "charged twice"
                    self.charged.add(fact.message_id)
                case CreditsReserved():
                    assert fact.message_id not in self.held
                    self.held[fact.message_id] = fact.amount
                case CreditsPurchased():
                    assert fact.purchase_id not in self.credited, "credited twice"
                    self.credited.add(fact.purchase_id)
                case RechargeStarted():
                    assert fact.crossing not in self.crossings, "two recharges of one crossing"
                    self.crossings.add(fact.crossing)
            if isinstance(fact, ChargePosted):
                assert self.held.pop(fact.message_id, 0) == fact.held, "a free-form message is never held"
            elif isinstance(fact, HoldReleased | HoldExpired):
                del self.held[fact.message_id]
        assert {name: amount for name, amount in self.balances.items() if amount} == self.stage.balances()
        assert sum(self.held.values()) == self.balances["held"]

    def teardown(self) -> None:
        log = self.stage.log()
        assert rated_otherwise([each.event for each in log]) == [], "rated again it costs the same"
        assert entries.read(log).owed == -self.stage.wallet.balance("receivable")

    def check_balances(self, entry: tuple[Posting, ...]) -> None:
        assert sum(posting.amount for posting in entry) == 0
        for posting in entry:
            self.balances[posting.account] += posting.amount
        assert self.balances["available"] >= 0
        assert self.balances["held"] >= 0
        assert self.balances["receivable"] <= 0


TestLedger = Ledger.TestCase
TestLedger.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)


@pytest.mark.parametrize(
    "order", list(permutations(["delivered", "read", "failed", "sent", "delivered"])), ids=" ".join
)
def test_rule_24_statuses_in_every_order_charge_once(order: tuple[str, ...]) -> None:
    stage = Stage()
    stage.buys(CREDIT)
    customer = CUSTOMERS[0]
    message = stage.asks(customer)
    for status in order:
        if status == "failed":
            stage.ends(message, customer, "failed")
        elif status == "sent":
            stage.sent(message, customer, category="marketing", type="regular")
        else:
            stage.delivered(message, customer, evidence=status)
    charged: list[Event] = [f for f in stage.facts() if isinstance(f, ChargePosted | LateChargeRecorded)]
    assert len(charged) == 1
    assert stage.wallet.balance("spent") == PRICE
    assert stage.wallet.available + stage.wallet.balance("receivable") == CREDIT - PRICE


def test_rule_24_what_does_not_sum_to_zero_is_no_transaction() -> None:
    with pytest.raises(ArithmeticError):
        postings(available=-1, held=2)
