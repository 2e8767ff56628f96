"""Ids sort in the order in which they were made, also within a millisecond and when the clock steps back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from recado_chassis.ports import Uuid7

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class Steps:
    """A clock that says these times, then the last one for ever."""

    def __init__(self, *times: datetime) -> None:
        self._times = list(times)

    def now(self) -> datetime:
        return self._times.pop(0) if len(self._times) > 1 else self._times[0]


def test_ids_of_one_millisecond_sort_in_the_order_of_making() -> None:
    ids = Uuid7(Steps(NOON))
    made = [ids.new() for _ in range(1_000)]
    assert made == sorted(made)
    assert len(set(made)) == 1_000
    assert {each.version for each in made} == {7}


def test_a_clock_that_steps_back_makes_no_id_that_sorts_before_an_older_one() -> None:
    ids = Uuid7(Steps(NOON, NOON - timedelta(seconds=5), NOON))
    made = [ids.new() for _ in range(3)]
    assert made == sorted(made)
