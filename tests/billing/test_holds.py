"""Credits are held before a message leaves, and the hold ends once (rules 24, 28, 29, 37)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from billing.application import Expiring
from billing.domain.private import ChargeHeld
from pydantic import ValidationError
from recado_chassis.store import Changes, EventRow
from recado_events.billing import (
    ChargePosted,
    CreditsReserved,
    HoldExpired,
    HoldReleased,
    LateChargeRecorded,
    ReservationRefused,
)
from recado_events.ids import MessageId

from tests.billing.stage import Stage, new_customer, new_message
from tests.harness.on_memory import NUMBER, ORGANISATION

CLARA = new_customer()


@pytest.fixture
def stage() -> Stage:
    stage = Stage()
    stage.buys(2_000_000)
    return stage


def test_rule_28_credits_are_held_when_asked_for_and_posted_on_delivery(stage: Stage) -> None:
    message = stage.asks(CLARA)
    assert stage.one(CreditsReserved).amount == 62_500
    assert (stage.wallet.available, stage.wallet.balance("held")) == (1_937_500, 62_500)

    stage.delivered(message, CLARA)
    stage.delivered(message, CLARA, evidence="read")

    assert stage.one(ChargePosted).rated.amount == 62_500
    assert (stage.wallet.available, stage.wallet.balance("held"), stage.wallet.balance("spent")) == (
        1_937_500,
        0,
        62_500,
    )


def test_rule_28_read_alone_is_enough(stage: Stage) -> None:
    message = stage.asks(CLARA)
    stage.delivered(message, CLARA, evidence="read")
    assert stage.one(ChargePosted).evidence == "read"


@pytest.mark.parametrize("reason", ["rejected", "failed", "withdrawn"])
def test_rule_28_what_is_not_delivered_is_released(stage: Stage, reason: str) -> None:
    message = stage.asks(CLARA)
    stage.ends(message, CLARA, reason)
    stage.ends(message, CLARA, "failed")
    assert stage.one(HoldReleased).reason == reason
    assert (stage.wallet.available, stage.wallet.balance("held")) == (2_000_000, 0)


def test_rule_28_a_hold_expires_a_day_after_its_outcome_became_unknown(stage: Stage) -> None:
    message = stage.asks(CLARA)
    stage.outcome(message, CLARA, known=False)
    stage.later(hours=23, minutes=59, seconds=59)
    assert stage.expires(message, CLARA) == []
    stage.later(seconds=1)
    stage.expires(message, CLARA)
    assert stage.one(HoldExpired).reason == "unknown_outcome"
    assert stage.wallet.available == 2_000_000


def test_rule_28_what_was_found_again_has_its_whole_time(stage: Stage) -> None:
    message = stage.asks(CLARA)
    stage.outcome(message, CLARA, known=False)
    stage.outcome(message, CLARA, known=True)
    stage.later(days=29)
    assert stage.expires(message, CLARA) == []
    stage.later(days=1, minutes=15)
    stage.expires(message, CLARA)
    assert stage.one(HoldExpired).reason == "time_to_live"


def test_rule_28_what_is_delivered_after_its_hold_ended_is_owed(stage: Stage) -> None:
    message = stage.asks(CLARA)
    stage.ends(message, CLARA)
    stage.delivered(message, CLARA)
    stage.delivered(message, CLARA, evidence="read")
    assert stage.one(LateChargeRecorded).rated.amount == 62_500
    assert stage.facts(ChargePosted) == []
    assert (stage.wallet.available, stage.wallet.balance("receivable")) == (2_000_000, -62_500)


def test_pain_08_rule_7_what_failed_after_it_was_delivered_is_not_refunded(stage: Stage) -> None:
    message = stage.asks(CLARA)
    stage.delivered(message, CLARA)
    assert stage.ends(message, CLARA, "failed") == []
    assert stage.wallet.available == 1_937_500


def test_rule_29_too_little_is_refused_before_anything_leaves(stage: Stage) -> None:
    for _ in range(32):
        stage.asks(new_customer())
    assert stage.facts(ReservationRefused) == []
    assert stage.wallet.available == 0
    stage.asks(new_customer())
    refused = stage.one(ReservationRefused)
    assert (refused.reason, refused.needed, refused.available) == ("insufficient_credits", 62_500, 0)


def test_rule_29_a_free_reply_is_never_blocked() -> None:
    stage = Stage(edition="free")
    stage.writes(CLARA)
    message = stage.replies(CLARA)
    stage.delivered(message, CLARA)
    assert stage.costs(message).amount == 0
    assert stage.facts(ReservationRefused) == []


def test_rule_37_an_edition_without_whatsapp_freezes_and_one_with_it_thaws(stage: Stage) -> None:
    stage.edition("free")
    stage.asks(CLARA)
    assert stage.one(ReservationRefused).reason == "frozen"
    assert stage.wallet.available == 2_000_000
    stage.edition("express")
    stage.asks(CLARA)
    assert stage.one(CreditsReserved).amount == 62_500


def test_rule_26_without_any_price_it_is_refused_as_unpriced() -> None:
    stage = Stage(prices={})
    stage.asks(CLARA)
    assert stage.one(ReservationRefused).reason == "unpriced"


def test_rule_24_the_last_credits_are_held_only_once(stage: Stage) -> None:
    message = stage.asks(CLARA)
    again = stage.asks(CLARA, message=message)
    assert again == message
    assert stage.one(CreditsReserved).amount == 62_500


def test_a_hold_that_lasts_until_it_is_due_is_not_ended_by_the_clock(stage: Stage) -> None:
    message = stage.asks(CLARA)
    stage.now += timedelta(days=30, minutes=14)
    assert stage.expires(message, CLARA) == []


class Overdue:
    """Where to look, as the view would say it."""

    def __init__(self, *messages: MessageId) -> None:
        self._messages = messages

    def holds(self, now: datetime, limit: int) -> list[Any]:
        return [(ORGANISATION, NUMBER, CLARA, message) for message in self._messages]

    def recharges(self, now: datetime, limit: int) -> list[Any]:
        return []


def test_a_hold_that_cannot_be_ended_stops_no_other(stage: Stage) -> None:
    spoilt, other = new_message(), stage.asks(CLARA)
    row = EventRow(f"charge-{spoilt}", 1, ChargeHeld.TYPE, b'{"type":"x","data":{}}', uuid4(), ORGANISATION, stage.now)
    with stage.store.session() as session:
        session.commit(Changes(events=[row]))
    stage.later(days=31)
    stage.streams.clock = Fixed(stage.now)
    with pytest.raises(ValidationError):
        Expiring(stage.streams, stage.charging, Overdue(spoilt, other)).expire()
    (expired,) = stage.store.read(0, 100, [HoldExpired.TYPE])
    assert str(other).encode() in expired.state


class Fixed:
    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now
