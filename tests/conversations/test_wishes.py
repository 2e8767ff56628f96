"""Rule 38: the newest wish about marketing counts, in whatever order they are told; of two at once the one for none."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from conversations.commands import SetMarketing, Sighting
from hypothesis import given
from hypothesis import strategies as st
from recado_events.conversations import CustomerIdentified, CustomersMerged
from recado_events.identity import Alias

from tests.conversations.stage import NOON, NUMBER, ORGANISATION, Stage, number, user_alias

PHONE, BSUID = number("5511987654321"), user_alias("BR.1")


class Wishing(Stage):
    def wishes_at(self, second: int, wanted: bool, *aliases: Alias) -> None:
        command = SetMarketing(
            organisation_id=ORGANISATION,
            phone_number_id=NUMBER,
            sighting=Sighting(aliases=aliases or (PHONE,)),
            wanted=wanted,
            evidence="user_preferences",
            occurred_at=NOON + timedelta(seconds=second),
            now=self.now,
        )
        self.do(self.arriving.set_marketing, command)

    def wants_none(self) -> bool:
        merged = self.facts(CustomersMerged)
        found = merged[-1].customer_id if merged else self.facts(CustomerIdentified)[-1].customer_id
        return self.customer(found).marketing_stopped


@pytest.mark.parametrize("order", list(permutations([(1, True), (1, False)])))
def test_rule_38_of_a_stop_and_a_resume_at_the_same_time_the_stop_counts(order: Any) -> None:
    stage = Wishing()
    for wish in order:
        stage.wishes_at(*wish)
    assert stage.wants_none()


@pytest.mark.parametrize("order", list(permutations([(1, False), (2, True)])))
def test_rule_38_a_resume_that_is_heard_before_the_stop_it_takes_back_holds(order: Any) -> None:
    stage = Wishing()
    for wish in order:
        stage.wishes_at(*wish)
    assert not stage.wants_none()


WISHES = st.lists(st.tuples(st.integers(0, 4), st.booleans(), st.sampled_from([PHONE, BSUID])), min_size=1, max_size=7)


@given(WISHES, st.integers(0, 7))
def test_rule_38_any_order_of_wishes_and_any_moment_of_a_merge_end_the_same(
    wishes: list[tuple[int, bool, Alias]], merge_at: int
) -> None:
    stage = Wishing()
    stage.writes(PHONE)
    stage.writes(BSUID)
    for place, (second, wanted, alias) in enumerate(wishes):
        if place == merge_at:
            stage.writes(PHONE, BSUID)
        stage.wishes_at(second, wanted, alias)
    stage.writes(PHONE, BSUID)
    assert stage.wants_none() == max((second, not wanted) for second, wanted, _ in wishes)[1]
