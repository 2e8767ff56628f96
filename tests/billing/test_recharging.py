"""Auto-recharge (rule 30): once a crossing, at most one payment, back-off, an alert, a daily cap."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from billing.application import Books, Recharging
from billing.application.ports import Order
from billing.domain.private import AttemptStarted, RechargeDue, WalletMethodNoted
from billing.domain.purchase import Purchase
from billing.domain.recharging import PAUSES
from billing.domain.refusals import RechargeBeyondCap
from recado_chassis.work import Work
from recado_events.billing import BalanceLow, CreditsPurchased, RechargeFailed, RechargeStarted

from tests.billing.office import Office, new_customer
from tests.billing.stage import FEE, Stage
from tests.billing.stage import new_customer as somebody
from tests.harness.on_memory import ORGANISATION

CREDIT = 2_000_000
WISHES = {"on": True, "floor": 1, "amount": 5, "daily_cap": 10}


async def ready(office: Office, **wishes: Any) -> str:
    """Two credits were bought, and the wallet recharges itself; answers the provider's customer."""
    bought = await office.buys(2)
    await office.until(lambda: bool(office.service.facts(WalletMethodNoted)), "the method is known")
    await office.does("PUT", "/wallet/recharge", {**WISHES, **wishes})
    return str(bought["customer"])


async def falls(office: Office) -> None:
    """To its floor of one credit, exactly."""
    for _ in range(32):
        office.sends()


def credited(office: Office) -> int:
    return len(office.service.facts(CreditsPurchased))


async def test_s32_it_recharges_when_the_balance_reaches_the_minimum(office: Office) -> None:
    await ready(office)
    await falls(office)
    low = office.service.facts(BalanceLow)
    assert [each.crossing for each in low] == [1]
    assert await office.looks_after("recharges") == 1
    await office.until(lambda: credited(office) == 2, "the recharge is credited")
    assert office.service.facts(CreditsPurchased)[1].how == "recharge"
    assert await office.available() == CREDIT + 5 * CREDIT
    assert await office.looks_after("recharges") == 0


async def test_rule_30_the_first_purchase_arms_it(office: Office) -> None:
    answer = await office.asks("PUT", "/wallet/recharge", WISHES)
    assert (answer.status_code, answer.json()["rule"]) == (409, "no_payment_method")


async def test_rule_30_once_a_crossing_however_many_look(office: Office) -> None:
    await ready(office)
    await falls(office)
    for _ in range(3):
        office.sends()
    await office.service.shown()
    await asyncio.gather(*(office.looks_after("recharges") for _ in range(4)))
    await office.until(lambda: credited(office) == 2, "the recharge is credited")
    assert len(office.service.facts(RechargeStarted)) == 1
    assert len(office.provider.intents_of(office.organisation)) == 2


async def test_rule_30_a_decline_is_told_and_tried_again_later(office: Office) -> None:
    customer = await ready(office)
    office.provider.declines("insufficient_funds", customer)
    await falls(office)
    assert await office.looks_after("recharges") == 1
    (failed,) = office.service.facts(RechargeFailed)
    assert (failed.attempt, failed.reason, failed.retry_at is not None) == (1, "card_declined", True)
    assert await office.looks_after("recharges") == 0, "before its pause is over"
    office.provider.declines("ok", customer)
    office.clock.ahead += timedelta(minutes=11)
    assert await office.looks_after("recharges") == 1
    office.clock.ahead = timedelta()
    await office.until(lambda: credited(office) == 2, "the recharge is credited")
    assert len(office.provider.intents_of(office.organisation)) == 2, "one payment a crossing, confirmed again"


async def test_rule_30_it_is_given_up_after_five_attempts(office: Office) -> None:
    customer = await ready(office)
    office.provider.declines("do_not_honor", customer)
    await falls(office)
    for pause in (*PAUSES, *[timedelta(hours=1)] * 3):
        await office.looks_after("recharges")
        office.clock.ahead += pause + timedelta(minutes=1)
    told = office.service.facts(RechargeFailed)
    assert [each.attempt for each in told] == [1, 2, 3, 4, 5]
    assert [each.retry_at is None for each in told] == [False, False, False, False, True]


def test_rule_30_a_method_is_not_charged_again_when_the_provider_may_have_forgotten_the_first_time() -> None:
    stage = Stage()
    stage.buys(CREDIT)
    stage.keeps_method()
    stage.recharges_by_itself(floor=CREDIT - 1, amount=CREDIT, cap=CREDIT)
    stage.asks(somebody())
    purchase = stage.one(RechargeStarted).purchase_id
    assert [type(fact) for fact in stage.attempts(purchase)] == [AttemptStarted, RechargeDue]
    stage.later(hours=22)
    assert [type(fact) for fact in stage.attempts(purchase)] == [AttemptStarted, RechargeDue]
    stage.later(hours=2)
    failed, given_up = stage.attempts(purchase)
    assert (failed.reason, failed.retry_at, given_up.due_at) == ("too_late", None, None)
    assert stage.wallet.recharging.in_flight is None


def test_rule_30_attempts_of_which_nothing_was_heard_do_not_count_toward_giving_up() -> None:
    """A notice is awaited, every two minutes the provider is asked again; then the card is declined."""
    stage = Stage()
    stage.buys(CREDIT)
    stage.keeps_method()
    stage.recharges_by_itself(floor=CREDIT - 1, amount=CREDIT, cap=CREDIT)
    stage.asks(somebody())
    purchase = stage.one(RechargeStarted).purchase_id
    for _ in range(8):
        stage.attempts(purchase)
        stage.later(minutes=3)
    for pause in PAUSES:
        (failed, *_) = stage.declined(purchase)
        assert (failed.retry_at, failed.reason) == (stage.now + pause, "card_declined")
        stage.later(minutes=1)
        stage.now += pause
        stage.attempts(purchase)
    assert stage.declined(purchase)[0].retry_at is None


async def test_rule_30_what_only_a_person_can_put_right_is_given_up_at_once(office: Office) -> None:
    customer = await ready(office)
    office.provider.declines("authentication_required", customer)
    await falls(office)
    await office.looks_after("recharges")
    (failed,) = office.service.facts(RechargeFailed)
    assert (failed.reason, failed.retry_at) == ("authentication_required", None)


async def test_rule_30_a_lost_answer_pays_once(office: Office) -> None:
    """Fault 33: the provider charges and its answer is lost; the notice comes five times."""
    await ready(office)
    office.provider.delivers(copies=5)
    await falls(office)
    await asyncio.to_thread(office.provider.does, "POST", "/faults", next=["drop_after", "ok", "drop_after"])
    for minutes in (11, 61, 0):
        await office.looks_after("recharges")
        office.clock.ahead += timedelta(minutes=minutes)
    office.clock.ahead = timedelta()
    await office.until(lambda: credited(office) == 2, "the recharge is credited")
    await asyncio.sleep(0.3)
    assert credited(office) == 2
    paid = [each for each in office.provider.intents_of(office.organisation) if each["status"] == "succeeded"]
    assert len(paid) == 2


async def test_rule_30_the_daily_cap_holds(office: Office) -> None:
    await ready(office, floor=0, amount=5, daily_cap=5)
    for _ in range(2):
        while await office.available() > 0:
            office.hears(*[office.request(new_customer()) for _ in range(40)])
        await office.looks_after("recharges")
        await office.until(lambda: credited(office) >= 2, "the first recharge is credited")
    assert credited(office) == 2
    told = office.service.facts(RechargeFailed)
    assert [(each.reason, each.attempt) for each in told] == [("daily_cap", 0)]
    assert told[0].retry_at.hour == 0


def test_rule_30_the_next_day_the_cap_has_room_again() -> None:
    stage = Stage()
    stage.buys(CREDIT)
    stage.keeps_method()
    stage.recharges_by_itself(floor=CREDIT - 1, amount=CREDIT, cap=CREDIT)
    stage.asks(somebody())
    (started,) = stage.facts(RechargeStarted)
    stage.paid(started.purchase_id, started.amount + started.fee)
    for _ in range(40):
        stage.asks(somebody())
    assert [each.reason for each in stage.facts(RechargeFailed)] == ["daily_cap"]
    assert len(stage.facts(BalanceLow)) == 2


def capped(stage: Stage) -> UUID:
    """A recharge of two credits waits for tomorrow: today's cap is used up."""
    stage.buys(CREDIT)
    stage.keeps_method()
    stage.recharges_by_itself(floor=CREDIT - 1, amount=2 * CREDIT, cap=2 * CREDIT)
    stage.asks(somebody())
    (started,) = stage.facts(RechargeStarted)
    stage.paid(started.purchase_id, started.amount + started.fee)
    while not stage.facts(RechargeFailed):
        stage.asks(somebody())
    return stage.one(RechargeFailed).purchase_id


def test_rule_30_the_cap_counts_what_is_charged_and_not_what_is_wished_since() -> None:
    stage = Stage()
    waiting = capped(stage)
    stage.recharges_by_itself(floor=CREDIT - 1, amount=CREDIT, cap=CREDIT)
    stage.later(days=1)
    stage.attempts(waiting)
    assert len(stage.facts(RechargeStarted)) == 1
    told = stage.facts(RechargeFailed)[-1]
    assert (told.reason, told.retry_at) == ("daily_cap", None), "it would not fit on any day"
    assert stage.wallet.recharging.in_flight is None


def test_rule_30_what_the_cap_held_back_is_charged_the_next_day() -> None:
    stage = Stage()
    waiting = capped(stage)
    stage.later(days=1)
    stage.attempts(waiting)
    assert [each.amount for each in stage.facts(RechargeStarted)] == [2 * CREDIT, 2 * CREDIT]


def test_rule_30_an_amount_beyond_the_days_cap_is_refused() -> None:
    stage = Stage()
    stage.buys(CREDIT)
    stage.keeps_method()
    with pytest.raises(RechargeBeyondCap):
        stage.recharges_by_itself(floor=0, amount=2 * CREDIT, cap=CREDIT)


def test_rule_30_without_the_wish_a_low_balance_is_only_told() -> None:
    stage = Stage()
    stage.buys(62_500)
    stage.asks(somebody())
    assert stage.one(BalanceLow).available == 0
    assert stage.facts(RechargeStarted) == []


def test_rule_30_rising_and_falling_again_is_another_crossing() -> None:
    stage = Stage()
    for crossing in (1, 2):
        stage.buys(62_500)
        stage.asks(somebody())
        assert [each.crossing for each in stage.facts(BalanceLow)] == list(range(1, crossing + 1))


class Poisoned(Books):
    """One purchase that no worker can look at, whatever the reason."""

    poison = uuid4()

    def purchase(self, work: Work, purchase_id: UUID) -> Purchase:
        if purchase_id == self.poison:
            raise ZeroDivisionError
        return super().purchase(work, purchase_id)


class Told:
    """A provider that says yes, and where to look: the poisoned one comes first."""

    def __init__(self, *due: UUID) -> None:
        self.due = due
        self.charged: list[UUID] = []

    def recharges(self, now: datetime, limit: int) -> list[tuple[UUID, UUID]]:
        return [(ORGANISATION, each) for each in self.due]

    def charge(self, order: Order, customer: str, method: str, attempt: int) -> None:
        self.charged.append(order.purchase_id)


def test_rule_30_one_recharge_that_fails_in_a_way_nobody_thought_of_stops_no_other() -> None:
    stage = Stage()
    stage.buys(CREDIT)
    stage.keeps_method()
    stage.recharges_by_itself(floor=CREDIT - 1, amount=CREDIT, cap=CREDIT)
    stage.asks(somebody())
    purchase = stage.one(RechargeStarted).purchase_id
    told: Any = Told(Poisoned.poison, purchase)
    worker = Recharging(Poisoned(FEE), stage.streams, told, told)
    stage.later(minutes=1)
    stage.streams.clock = SimpleNamespace(now=lambda: stage.now)
    with pytest.raises(ZeroDivisionError):
        worker.recharge()
    assert told.charged == [purchase]
