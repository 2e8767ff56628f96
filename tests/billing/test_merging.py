"""Two customers turn out to be one: what is known of either is known of both, before and after."""

from __future__ import annotations

import pytest
from billing.adapters.postgres.verifying.charges import rated_otherwise
from billing.domain.private import CustomersJoined, DealingsMoved, OutreachEnded
from recado_events.billing import FreeConversationCounted
from recado_events.ids import CustomerId

from tests.billing.stage import CREDIT, PRICES, Stage, new_customer

OLD, NEW, NEWEST = (new_customer() for _ in range(3))


@pytest.fixture
def stage() -> Stage:
    stage = Stage(prices={**PRICES, ("rest_of_world", "service"): 1_000})
    stage.buys(10 * CREDIT)
    return stage


def sends(stage: Stage, customer: CustomerId, category: str = "marketing") -> tuple[int, str]:
    message = stage.asks(customer, category)
    return lands(stage, message, customer)


def answers(stage: Stage, customer: CustomerId) -> tuple[int, str]:
    return lands(stage, stage.replies(customer), customer)


def lands(stage: Stage, message: object, customer: CustomerId) -> tuple[int, str]:
    stage.delivered(message, customer)  # type: ignore[arg-type]
    cost = stage.costs(message)  # type: ignore[arg-type]
    assert rated_otherwise(stage.facts()) == [], "rated again it costs the same"
    return cost.amount, cost.reason


def test_rule_27_a_conversation_that_was_counted_is_not_counted_again(stage: Stage) -> None:
    stage.writes(OLD)
    assert answers(stage, OLD) == (0, "within_allowance")
    stage.joins(NEW, OLD)
    assert answers(stage, NEW) == (0, "free_reply")
    assert len(stage.facts(FreeConversationCounted)) == 1


def test_rule_27_two_windows_that_turn_out_to_be_one_are_counted_once(stage: Stage) -> None:
    stage.writes(OLD)
    stage.later(hours=1)
    stage.writes(NEW)
    before = stage.replies(OLD)
    stage.joins(NEW, OLD)
    assert answers(stage, NEW) == (0, "within_allowance")
    assert lands(stage, before, OLD) == (0, "free_reply")
    assert len(stage.facts(FreeConversationCounted)) == 1


def test_rule_25_a_reply_window_stays_free(stage: Stage) -> None:
    sends(stage, OLD)
    stage.writes(OLD)
    stage.joins(NEW, OLD)
    assert sends(stage, NEW, "utility") == (0, "reply_window")


@pytest.mark.parametrize("order", ["written_first", "joined_first"])
def test_rule_27_who_answers_under_another_name_answers_a_conversation_all_the_same(stage: Stage, order: str) -> None:
    sends(stage, OLD)
    stage.later(hours=1)
    if order == "joined_first":
        stage.joins(NEW, OLD)
    stage.writes(NEW)
    stage.joins(NEW, OLD)
    assert sends(stage, NEW, "utility") == (0, "reply_window")
    assert answers(stage, NEW) == (0, "free_reply")


@pytest.mark.parametrize("late", [OLD, NEW])
def test_rule_25_one_category_is_charged_once_whoever_it_was_asked_for(stage: Stage, late: CustomerId) -> None:
    message = stage.asks(late)
    stage.joins(NEW, OLD)
    assert lands(stage, message, late) == (62_500, "conversation_opened")
    assert sends(stage, NEW) == (0, "conversation_open")
    assert sends(stage, OLD) == (0, "conversation_open")


def test_rule_27_what_was_never_delivered_began_nothing_after_the_join_too(stage: Stage) -> None:
    message = stage.asks(OLD)
    stage.joins(NEW, OLD)
    stage.ends(message, OLD, "failed")
    assert stage.one(OutreachEnded).customer_id == NEW
    stage.writes(NEW)
    assert answers(stage, NEW) == (0, "within_allowance")


def test_whoever_is_joined_stays_joined_over_further_ones_and_told_from_either_side(stage: Stage) -> None:
    stage.joins(NEW, OLD)
    stage.joins(OLD, NEW)
    stage.joins(NEWEST, NEW)
    stage.joins(NEWEST, OLD)
    assert [(each.customer_id, each.merged_id) for each in stage.facts(CustomersJoined)] == [(NEW, OLD), (NEWEST, NEW)]
    assert [(each.customer_id, each.survivor_id) for each in stage.facts(DealingsMoved)] == [(OLD, NEW), (NEW, NEWEST)]
    assert sends(stage, OLD) == (62_500, "conversation_opened")
    assert sends(stage, NEWEST) == (0, "conversation_open")
