"""Rating is a pure function, shown by worked examples; dates and markets choose policy, card and price (25 to 27)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from billing.application.markets import country_of
from billing.domain.rating import rate
from billing.domain.rating.policies import Unpriced
from billing.domain.refusals import RateCardTaken
from recado_events.billing import (
    ChargePosted,
    FreeConversationCounted,
    FreeMessageCounted,
    RatingDiscrepancyFound,
)
from recado_events.identity import Recipient

from tests.billing.stage import PRICES, Stage, new_customer
from tests.billing.worked_examples import CARD, EXAMPLES, R1, Example, template

CLARA = new_customer()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: f"{each.policy.name} {each.says}")
def test_rule_25_worked_examples(example: Example) -> None:
    rating = rate(example.policy, CARD, example.delivery, example.before)
    assert (rating.amount, rating.reason) == (example.amount, example.reason)


def test_rule_25_there_are_examples_enough_of_every_policy() -> None:
    assert len(EXAMPLES) >= 30
    assert {each.policy.name for each in EXAMPLES} == {"R1", "R2", "R3"}


def test_rule_26_without_a_price_nothing_is_guessed() -> None:
    with pytest.raises(Unpriced):
        rate(R1, CARD, template("somethingnew"), EXAMPLES[0].before)
    with pytest.raises(Unpriced):
        rate(R1, None, template(), EXAMPLES[0].before)


def test_rule_26_the_name_of_a_card_that_another_one_replaced_stays_taken() -> None:
    stage = Stage()
    stage.imports("second", {("BR", "marketing"): 1})
    with pytest.raises(RateCardTaken):
        stage.imports("sample", {("BR", "marketing"): 2}, valid_from=datetime(2026, 2, 1))  # noqa: DTZ001
    stage.imports("sample", PRICES)
    stage.buys(1_000_000)
    message = stage.asks(CLARA)
    stage.delivered(message, CLARA)
    assert stage.costs(message).amount == PRICES["BR", "marketing"]


# With what was heard before ---------------------------------------------------------------------------


@pytest.fixture
def stage() -> Stage:
    stage = Stage(zone="America/Sao_Paulo")
    stage.buys(20_000_000)
    return stage


def sends(stage: Stage, category: str = "marketing", customer: object = CLARA) -> int:
    """Asked for and delivered at once; what it cost."""
    message = stage.asks(customer, category)  # type: ignore[arg-type]
    stage.delivered(message, customer)  # type: ignore[arg-type]
    amount: int = stage.costs(message).amount
    return amount


def test_rule_25_r1_two_categories_for_a_day_each(stage: Stage) -> None:
    assert [sends(stage), sends(stage, "utility"), sends(stage), sends(stage, "utility")] == [62_500, 6_800, 0, 0]
    stage.later(hours=24)
    assert [sends(stage), sends(stage, "utility")] == [62_500, 6_800]


def test_rule_25_r1_what_is_held_twice_is_charged_once(stage: Stage) -> None:
    first, second = stage.asks(CLARA), stage.asks(CLARA)
    assert stage.wallet.balance("held") == 125_000
    stage.delivered(second, CLARA)
    stage.delivered(first, CLARA)
    assert [posted.rated.amount for posted in stage.facts(ChargePosted)] == [62_500, 0]
    assert (stage.wallet.balance("held"), stage.wallet.balance("spent")) == (0, 62_500)


def test_rule_25_r1_a_reply_makes_a_window_without_further_charges(stage: Stage) -> None:
    sends(stage)
    stage.later(hours=3)
    stage.writes(CLARA)
    stage.later(hours=1)
    assert sends(stage, "utility") == 0
    stage.later(hours=20)
    stage.writes(CLARA, extends=True)
    stage.later(hours=23)
    assert sends(stage) == 0
    stage.later(hours=1)
    assert sends(stage) == 62_500


def test_rule_27_who_writes_by_themselves_opens_no_such_window(stage: Stage) -> None:
    stage.writes(CLARA)
    assert sends(stage) == 62_500


def test_rule_27_a_reply_after_the_conversations_day_is_none(stage: Stage) -> None:
    sends(stage)
    stage.later(hours=24)
    stage.writes(CLARA)
    answer = stage.replies(CLARA)
    stage.delivered(answer, CLARA)
    assert stage.costs(answer).reason == "within_allowance"


def test_rule_27_a_reply_to_a_conversation_is_neither_counted_nor_charged(stage: Stage) -> None:
    sends(stage)
    stage.writes(CLARA)
    stage.delivered(stage.replies(CLARA), CLARA)
    assert stage.facts(FreeConversationCounted) == []


@pytest.mark.parametrize(
    ("microseconds", "seconds_later", "is_reply"),
    [(0, 0, True), (1, 0, True), (999_999, 0, True), (1, -1, False), (999_999, 1, True), (1, 86_399, True)],
)
def test_rule_27_an_answer_within_the_second_in_which_the_template_left_is_a_reply_for_meta_tells_whole_seconds(
    stage: Stage, microseconds: int, seconds_later: int, is_reply: bool
) -> None:
    second = stage.now.replace(microsecond=0)
    stage.now = second + timedelta(microseconds=microseconds)
    stage.asks(CLARA)
    stage.later(seconds=max(seconds_later, 0) + 1)
    stage.writes(CLARA, at=second + timedelta(seconds=seconds_later))
    stage.delivered(stage.replies(CLARA), CLARA)
    assert (stage.facts(FreeConversationCounted) == []) is is_reply


def test_rule_27_a_template_that_was_never_delivered_began_nothing(stage: Stage) -> None:
    stage.ends(stage.asks(CLARA), CLARA, "failed")
    stage.writes(CLARA)
    stage.delivered(stage.replies(CLARA), CLARA)
    assert stage.one(FreeConversationCounted).ordinal == 1


def test_rule_27_a_conversation_is_counted_once_when_it_is_first_answered(stage: Stage) -> None:
    stage.writes(CLARA)
    assert stage.facts(FreeConversationCounted) == []
    stage.delivered(stage.replies(CLARA), CLARA)
    stage.delivered(stage.replies(CLARA), CLARA)
    stage.later(hours=2)
    stage.writes(CLARA, extends=True)
    stage.delivered(stage.replies(CLARA), CLARA)
    counted = stage.one(FreeConversationCounted)
    assert (counted.ordinal, counted.allowance) == (1, 1_000)
    stage.later(hours=25)
    stage.writes(CLARA)
    stage.delivered(stage.replies(CLARA), CLARA)
    assert [each.ordinal for each in stage.facts(FreeConversationCounted)] == [1, 2]


def test_rule_27_beyond_the_allowance_the_cards_service_price_is_taken_and_missing_credits_are_owed() -> None:
    stage = Stage(prices={**PRICES, ("rest_of_world", "service"): 1_000})
    stage.chooses("R1", free_conversations=2)
    costs = []
    for _ in range(3):
        customer = new_customer()
        stage.writes(customer)
        answer = stage.replies(customer)
        stage.delivered(answer, customer)
        costs.append(stage.costs(answer).amount)
    assert costs == [0, 0, 1_000]
    assert stage.balances() == {"free_allowance": -2_000, "receivable": -1_000, "spent": 3_000}


def test_rule_27_the_month_ends_in_the_wabas_time_zone() -> None:
    stage = Stage(zone="America/Sao_Paulo")
    months = []
    for at in (datetime(2026, 12, 1, 2, 59, 59, tzinfo=UTC), datetime(2026, 12, 1, 3, 0, tzinfo=UTC)):
        stage.now, customer = at, new_customer()
        stage.writes(customer)
        stage.delivered(stage.replies(customer), customer)
        counted = stage.facts(FreeConversationCounted)[-1]
        months.append((counted.month, counted.ordinal))
    assert months == [("2026-11", 1), ("2026-12", 1)]


def test_rule_27_an_answer_counts_in_the_month_in_which_it_is_delivered_and_what_never_arrives_is_none() -> None:
    stage = Stage(zone="America/Sao_Paulo")
    stage.now = datetime(2026, 12, 1, 2, 59, tzinfo=UTC)
    stage.writes(CLARA)
    lost, answer = stage.replies(CLARA), stage.replies(CLARA)
    stage.ends(lost, CLARA, "failed")
    assert stage.facts(FreeConversationCounted) == []
    stage.later(minutes=2)
    stage.delivered(answer, CLARA)
    assert stage.one(FreeConversationCounted).month == "2026-12"


def test_rule_25_a_policy_is_valid_from_an_instant_of_the_wabas_own_zone() -> None:
    stage = Stage(zone="America/Sao_Paulo")
    stage.buys(20_000_000)
    stage.chooses("R2", datetime(2026, 12, 1))  # noqa: DTZ001 - wall-clock time
    for at, policy in (
        (datetime(2026, 12, 1, 2, 59, 59, tzinfo=UTC), "R1"),
        (datetime(2026, 12, 1, 3, tzinfo=UTC), "R2"),
    ):
        stage.now, customer = at, new_customer()
        message = stage.asks(customer)
        stage.delivered(message, customer)
        assert stage.costs(message).policy == policy


def test_rule_26_a_card_is_valid_from_its_day_and_named_in_the_charge(stage: Stage) -> None:
    stage.imports("next", {**PRICES, ("BR", "marketing"): 70_000}, datetime(2026, 11, 24))  # noqa: DTZ001
    assert sends(stage) == 62_500
    stage.later(days=1)
    assert sends(stage, customer=new_customer()) == 70_000
    assert [posted.rated.rate_card for posted in stage.facts(ChargePosted)] == ["sample", "next"]


def test_rule_25_r3_service_messages_are_counted_by_number(stage: Stage) -> None:
    stage.chooses("R3", free_service_messages=2)
    stage.writes(CLARA)
    costs = []
    for _ in range(4):
        answer = stage.replies(CLARA)
        stage.delivered(answer, CLARA)
        costs.append(stage.costs(answer).amount)
    assert costs == [0, 0, 7_700, 7_700]
    assert [each.ordinal for each in stage.facts(FreeMessageCounted)] == [1, 2]
    assert sends(stage, "utility") == 6_800


def answers(stage: Stage, *types: str | None) -> list[tuple[int, str]]:
    """Free-form messages of which Meta says so; what each cost and why."""
    costs = []
    for told in types:
        answer = stage.replies(CLARA)
        stage.delivered(answer, CLARA, category=None if told is None else "service", type=told)
        costs.append((stage.costs(answer).amount, stage.costs(answer).reason))
    return costs


def test_rule_28_a_service_message_that_meta_says_is_free_counts_toward_the_allowance(stage: Stage) -> None:
    stage.chooses("R3", free_service_messages=2)
    stage.writes(CLARA)
    free, regular = "free_customer_service", "regular"
    told = answers(stage, free, free, regular, regular, regular)
    assert [amount for amount, _ in told] == [0, 0, 7_700, 7_700, 7_700]
    assert [each.ordinal for each in stage.facts(FreeMessageCounted)] == [1, 2]


def test_rule_28_a_service_message_that_meta_charges_is_beyond_the_allowance_whatever_our_count_says(
    stage: Stage,
) -> None:
    stage.chooses("R3", free_service_messages=2)
    stage.writes(CLARA)
    assert answers(stage, "regular") == [(7_700, "beyond_allowance")]
    assert (stage.one(RatingDiscrepancyFound).difference, stage.facts(FreeMessageCounted)) == (7_700, [])
    assert answers(stage, None, None) == [(0, "within_allowance"), (7_700, "beyond_allowance")]


def test_rule_28_a_service_message_that_meta_gives_stays_free_beyond_our_count_and_one_after_an_ad_is_not_counted(
    stage: Stage,
) -> None:
    stage.chooses("R3", free_service_messages=1)
    stage.writes(CLARA)
    entry, free = "free_entry_point", "free_customer_service"
    assert answers(stage, entry, None, free) == [(0, entry), (0, "within_allowance"), (0, "told_free")]
    assert [each.ordinal for each in stage.facts(FreeMessageCounted)] == [1]


def test_rule_29_a_service_message_beyond_the_allowance_goes_out_and_what_is_missing_is_owed() -> None:
    stage = Stage()
    stage.chooses("R3", free_service_messages=0)
    stage.buys(10_000)
    stage.writes(CLARA)
    for _ in range(2):
        stage.delivered(stage.replies(CLARA), CLARA)
    assert (stage.wallet.available, stage.wallet.balance("receivable")) == (0, -5_400)


def test_rule_9_an_answer_to_an_ad_makes_72_hours_free(stage: Stage) -> None:
    stage.writes(CLARA, from_ad=True)
    stage.later(hours=23)
    assert sends(stage) == 0
    stage.later(hours=71, minutes=59)
    assert sends(stage, "utility") == 0
    stage.later(minutes=1)
    assert sends(stage) == 62_500


def test_rule_9_an_answer_after_a_day_makes_nothing_free(stage: Stage) -> None:
    stage.writes(CLARA, from_ad=True)
    stage.later(hours=24)
    assert sends(stage) == 62_500


def test_rule_28_metas_category_wins_and_the_difference_is_told(stage: Stage) -> None:
    """Bad input 77: the category changed after the quote."""
    message = stage.asks(CLARA, "utility")
    stage.delivered(message, CLARA, category="marketing", type="regular")
    assert stage.one(ChargePosted).rated.amount == 62_500
    found = stage.one(RatingDiscrepancyFound)
    assert (found.expected.amount, found.rated.amount, found.difference, found.applied) == (6_800, 62_500, 55_700, True)
    assert (stage.wallet.available, stage.wallet.balance("held")) == (20_000_000 - 62_500, 0)


def test_rule_28_a_category_without_a_price_is_told_and_not_applied(stage: Stage) -> None:
    stage.delivered(stage.asks(CLARA, "utility"), CLARA, category="unheard_of", type="regular")
    found = stage.one(RatingDiscrepancyFound)
    assert (found.rated.amount, found.difference, found.applied) == (6_800, 0, False)


def test_rule_28_the_word_for_a_free_entry_in_metas_oldest_age_is_free(stage: Stage) -> None:
    stage.delivered(stage.asks(CLARA, "utility"), CLARA, category="referral_conversion")
    found = stage.one(RatingDiscrepancyFound)
    assert (found.rated.amount, found.rated.reason, found.applied) == (0, "free_entry_point", True)
    assert sends(stage, "utility") == 6_800


def test_rule_28_what_sent_says_of_the_price_counts_when_delivered_says_nothing(stage: Stage) -> None:
    message = stage.asks(CLARA, "utility")
    stage.sent(message, CLARA, category="marketing", type="regular")
    stage.delivered(message, CLARA)
    assert stage.costs(message).category == "marketing"


def test_rule_24_a_category_told_after_the_charge_changes_nothing_and_is_told(stage: Stage) -> None:
    message = stage.asks(CLARA, "utility")
    stage.delivered(message, CLARA)
    stage.delivered(message, CLARA, evidence="read", category="marketing", type="regular")
    found = stage.one(RatingDiscrepancyFound)
    assert (found.applied, found.difference) == (False, 55_700)
    assert stage.wallet.balance("spent") == 6_800


@pytest.mark.parametrize(
    ("first", "then", "difference"),
    [
        ({"category": "utility"}, {"type": "free_entry_point"}, -6_800),
        ({"type": "regular"}, {"type": "free_entry_point"}, -6_800),
        ({}, {"category": "referral_conversion"}, -6_800),
        ({}, {"category": "marketing"}, 55_700),
        ({"category": "utility"}, {"category": "utility", "type": "regular"}, None),
    ],
)
def test_rule_28_what_is_told_after_the_charge_is_rated_as_it_was_delivered_and_beside_what_was_charged(
    stage: Stage, first: Any, then: Any, difference: int | None
) -> None:
    message = stage.asks(CLARA, "utility")
    stage.delivered(message, CLARA, **first)
    stage.imports("next", {**PRICES, ("BR", "utility"): 1, ("BR", "marketing"): 2}, datetime(2026, 11, 24))  # noqa: DTZ001
    stage.later(days=2)
    before = len(stage.facts(RatingDiscrepancyFound))
    stage.sent(message, CLARA, **then)
    found = stage.facts(RatingDiscrepancyFound)[before:]
    told = [(each.rated.amount, each.difference, each.applied) for each in found]
    assert told == ([] if difference is None else [(6_800, difference, False)])
    assert stage.wallet.balance("spent") == 6_800


def test_rule_28_a_service_message_that_meta_charges_after_all_is_told(stage: Stage) -> None:
    stage.chooses("R3", free_service_messages=1)
    stage.writes(CLARA)
    answer = stage.replies(CLARA)
    stage.delivered(answer, CLARA)
    stage.sent(answer, CLARA, category="service", type="regular")
    assert stage.one(RatingDiscrepancyFound).difference == 7_700


def test_rule_26_what_was_delivered_before_it_left_is_rated_when_it_left(stage: Stage) -> None:
    """Bad clocks: no card was valid then, and it was free for ever."""
    message = stage.asks(CLARA)
    stage.delivered(message, CLARA, at=datetime(1970, 1, 1, tzinfo=UTC))
    assert stage.one(ChargePosted).rated.amount == 62_500


def test_rule_28_the_same_category_is_no_difference(stage: Stage) -> None:
    stage.delivered(stage.asks(CLARA), CLARA, category="MARKETING", type="regular")
    assert stage.facts(RatingDiscrepancyFound) == []


def test_what_was_dearer_than_its_hold_takes_what_is_available_and_owes_the_rest() -> None:
    stage = Stage()
    stage.buys(20_000)
    message = stage.asks(CLARA, "utility")
    stage.delivered(message, CLARA, category="marketing")
    assert stage.balances()["receivable"] == 20_000 - 62_500
    assert stage.wallet.available == 0


@pytest.mark.parametrize(
    ("recipient", "country"),
    [
        (Recipient(wa_id="5511987654321"), "BR"),
        (Recipient(wa_id="551187654321"), "BR"),
        (Recipient(wa_id="12125550143"), "US"),
        (Recipient(wa_id="14165550143"), "CA"),
        (Recipient(wa_id="447400123456"), "GB"),
        (Recipient(user_id="PY.13491208655302741918"), "PY"),
        (Recipient(wa_id="5511987654321", user_id="US.13491208655302741918"), "BR"),
        (Recipient(wa_id="0", user_id="US.1"), "US"),
        (Recipient(wa_id="999999999999999"), None),
        (Recipient(wa_id="nobody"), None),
        (Recipient(user_id="nobody"), None),
        (Recipient(), None),
        (None, None),
    ],
)
def test_rule_26_the_market_is_the_calling_codes_else_the_user_ids(
    recipient: Recipient | None, country: str | None
) -> None:
    assert country_of(recipient) == country


def test_a_late_status_is_rated_by_the_window_it_belongs_to(stage: Stage) -> None:
    sends(stage)
    stage.later(hours=1)
    stage.writes(CLARA)
    inside = stage.now + timedelta(hours=1)
    message = stage.asks(CLARA, "utility")
    stage.later(hours=30)
    stage.writes(CLARA)
    stage.delivered(message, CLARA, at=inside)
    assert stage.costs(message).reason == "reply_window"
