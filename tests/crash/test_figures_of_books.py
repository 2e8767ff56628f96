"""Each figure of the ledger differs where an entry is wrong: on entries that nobody decided."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from billing.adapters.postgres.verifying import charges, credits, entries
from billing.domain.private import ChargeRated
from billing.domain.private.charge import Place, Rateable
from recado_chassis.mapper import Recorded
from recado_events.billing import (
    AutoRechargeSet,
    Posting,
    RechargeFailed,
    RechargeStarted,
)
from recado_events.envelope import Cause, Envelope
from recado_events.event import Event

from tests.crash import holds
from tests.crash.test_figures_of_money import ABOUT, BOUGHT, CHARGED, GIVEN_BACK, HELD, LATE, NOW, OF_MESSAGE, RATED
from tests.libs.chassis.verifying.test_published import found_in

# Entries -------------------------------------------------------------------------------------------------


def log(*events: Event) -> list[Recorded]:
    return [
        Recorded(
            event,
            Envelope(
                id=uuid4(),
                type=event.TYPE,
                subject=event.subject,
                time=NOW,
                organisation_id=event.organisation_id,
                stream=event.stream,
                sequence=place,
                recorded_at=NOW,
                cause=Cause("x"),
                position=place,
            ),
        )
        for place, event in enumerate(events, start=1)
    ]


def bought(**postings: int) -> Event:
    return BOUGHT.model_copy(update={"postings": _posted(postings)})


def held(**postings: int) -> Event:
    return HELD.model_copy(update={"postings": _posted(postings)})


def _posted(amounts: dict[str, int]) -> tuple[Posting, ...]:
    return tuple(Posting(account=account, amount=amount) for account, amount in amounts.items())


def unbalanced(*events: Event) -> dict[str, int]:
    return found_in(list(entries.figures("tests", entries.read(log(*events)))))


def test_invariant_25_entries_that_sum_to_zero_differ_in_nothing() -> None:
    assert unbalanced(bought(available=9, purchases=-9), held(available=-9, held=9)) == {}


def test_invariant_25_an_entry_that_does_not_sum_to_zero_is_named() -> None:
    found = {"micro-US$ that all accounts sum to": 1, "entries that do not sum to zero": 1}
    assert unbalanced(bought(available=9, purchases=-8)) == found


def test_invariant_26_what_goes_below_zero_for_a_moment_is_named() -> None:
    found = {"entries after which available or held is below zero": 1}
    assert unbalanced(held(available=-9, held=9), bought(available=9, purchases=-9)) == found


def test_an_account_that_there_is_not_and_a_posting_that_is_no_entry_are_named() -> None:
    found = {"postings outside the ledger's accounts and entries": 1}
    assert unbalanced(bought(available=9, wherever=-9)) == found


def test_invariant_29_what_came_late_and_is_owed_by_nobody_is_named() -> None:
    owed = "micro-US$ owed, by entries that were late, found too little, or took back what was spent"
    assert unbalanced(LATE.model_copy(update={"postings": _posted({"receivable": -62_500, "spent": 62_500})})) == {}
    assert unbalanced(LATE) == {owed: 0}


# Holds and charges ---------------------------------------------------------------------------------------

THEN = {"template": True, "category": "marketing", "delivered_at": NOW, "window": None, "free_entry": False}
UNTOLD = {"begins": False, "meta_category": None, "meta_type": None}


def rated() -> Event:
    """By what nobody chose or imported."""
    place = Place(waba_id=None, time_zone="UTC", country="BR")
    given: Any = {**THEN, **UNTOLD, "place": place}
    told: Any = {**OF_MESSAGE, "rated": RATED, "evidence": "delivered", "late": False}
    return ChargeRated(**told, rateable=Rateable(**given), rated_at=NOW)


class Keys:
    def __init__(self, *messages: Any) -> None:
        self._messages = messages

    def execute(self, _: str) -> list[tuple[str]]:
        return [(str(each),) for each in self._messages]


def charged(*events: Event, keys: Sequence[Any] = ()) -> set[str]:
    connection: Any = Keys(*keys)
    found = found_in(list(charges.figures("tests", events, connection, NOW)))
    return set(found)


def test_invariant_27_a_message_that_was_held_for_twice_is_named() -> None:
    assert "messages held for more than once" not in charged(HELD)
    assert "messages held for more than once" in charged(HELD, HELD)


def test_invariant_27_a_hold_that_ended_twice_is_named() -> None:
    assert "holds that ended more than once" not in charged(HELD, GIVEN_BACK)
    assert "holds that ended more than once" in charged(HELD, CHARGED, GIVEN_BACK)


def test_invariant_28_a_charge_by_a_rate_card_that_nobody_imported_is_named() -> None:
    assert "charges without a rate card that was imported" in charged(HELD, CHARGED)


def test_invariant_28_a_delivery_that_was_rated_twice_or_never_charged_is_named() -> None:
    assert "billable deliveries that were not charged" in charged(HELD, rated())
    assert "billable deliveries that were not charged" not in charged(HELD, rated(), CHARGED)
    assert "deliveries rated more than once" in charged(HELD, rated(), rated(), CHARGED)


# Credits -------------------------------------------------------------------------------------------------

RECHARGING = AutoRechargeSet(
    organisation_id=ABOUT["organisation_id"],
    on=True,
    floor=1,
    amount=2_000_000,
    daily_cap=4_000_000,
    set_by=UUID(int=9),  # type: ignore[arg-type]
    set_at=NOW,
)


def recharged(purchase: int, crossing: int = 1, at: datetime = NOW) -> Event:
    about: Any = {**ABOUT, "purchase_id": UUID(int=purchase)}
    return RechargeStarted(**about, crossing=crossing, amount=2_000_000, fee=0, started_at=at)


def came(purchase: int) -> Event:
    return BOUGHT.model_copy(update={"purchase_id": UUID(int=purchase)})


def credited(*events: Event) -> set[str]:
    strange = "purchases credited with something else than was asked"
    return set(found_in(list(credits.figures("tests", events, NOW)))) - {strange}


def test_rule_30_recharges_one_after_the_other_differ_in_nothing() -> None:
    given_up: Any = {**ABOUT, "crossing": 2, "attempt": 3, "reason": "card_declined", "failed_at": NOW}
    failed = RechargeFailed(**{**given_up, "purchase_id": UUID(int=2)})
    day = timedelta(days=1)
    story = [recharged(1), came(1), recharged(2, 2), failed, recharged(3, 3, NOW + day)]
    assert credited(RECHARGING, *story) == set()


@pytest.mark.parametrize(
    ("story", "found"),
    [
        ([came(1), came(1)], "purchases credited more than once"),
        ([recharged(1), came(1), recharged(2)], "crossings recharged more than once"),
        ([recharged(1), recharged(2, 2)], "recharges begun beside another one"),
        ([each for n in (1, 2, 3) for each in (recharged(n, n), came(n))], "recharges beyond the day's cap"),
    ],
    ids=["credited twice", "one crossing", "beside", "cap"],
)
def test_rule_30_a_purchase_or_recharge_that_was_one_too_many_is_named(story: list[Event], found: str) -> None:
    assert credited(RECHARGING, *story) == {found}


# Beside what the other services say -----------------------------------------------------------------------


def test_credits_of_a_dead_message_and_a_template_without_credits_are_named() -> None:
    one, other = UUID(int=1).hex, UUID(int=2).hex
    assert found_in(list(holds.judged({one}, {one}, {one, other}, {one}))) == {}
    assert found_in(list(holds.judged({one}, set(), {one}, {other}))) == {
        "messages withdrawn, failed or rejected that still hold credits": 1,
        "template messages released without credits reserved": 1,
    }
