"""In trouble a number slows down: it rests, then one call at a time tries again; no storm of retries."""

from __future__ import annotations

from datetime import timedelta

import pytest
from gateway.commands import Accepted, Ambiguous, NotTaken, Refused, Verdict
from gateway.domain.pace import Pace

from tests.gateway.story import NOON

MOST = 16


def after(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def test_a_number_that_fares_well_has_all_its_room() -> None:
    assert Pace().room(0, MOST, NOON) == MOST
    assert Pace().room(MOST, MOST, NOON) == 0


@pytest.mark.parametrize("verdict", [Ambiguous("server_error"), NotTaken("unreachable"), NotTaken("throttled", 130429)])
def test_trouble_rests_doubling_up_to_thirty_seconds(verdict: Verdict) -> None:
    pace, now, rests = Pace(), NOON, []
    for _ in range(7):
        pace = pace.after(verdict, now, now)
        assert pace.rests_until is not None
        rests.append((pace.rests_until - now).total_seconds())
        now = pace.rests_until + after(0.001)

    assert rests == [1, 2, 4, 8, 16, 30, 30]


def test_after_resting_one_call_at_a_time_tries() -> None:
    pace = Pace().after(Ambiguous("timeout"), NOON, NOON)

    assert pace.room(0, MOST, NOON + after(0.9)) == 0
    assert pace.room(0, MOST, NOON + after(1)) == 1
    assert pace.room(1, MOST, NOON + after(1)) == 0


def test_calls_that_were_under_way_together_are_one_trouble() -> None:
    pace = Pace()
    for moment in range(MOST):
        pace = pace.after(Ambiguous("timeout"), NOON, NOON + after(1 + moment / 100))

    assert pace.troubles == 1


@pytest.mark.parametrize("verdict", [Accepted("wamid.A"), Refused(131047)])
def test_an_answer_ends_the_trouble(verdict: Verdict) -> None:
    pace = Pace().after(Ambiguous("timeout"), NOON, NOON)

    assert pace.after(verdict, NOON + after(2), NOON + after(3)) == Pace()


@pytest.mark.parametrize("verdict", [NotTaken("throttled", 131056), NotTaken("claim_expired")])
def test_one_recipients_limit_and_our_own_lateness_slow_nobody_else(verdict: Verdict) -> None:
    assert Pace().after(verdict, NOON, NOON) == Pace()
