"""Rules 10 and 13: customers found to be one by what Meta answers, and what the survivor takes over."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from conversations.commands import BlockCustomer
from conversations.domain.customer import Customer
from conversations.domain.refusals import CustomerIsBlocked
from hypothesis import example, given
from hypothesis import strategies as st
from recado_events.conversations import (
    BlockReleased,
    ConversationClosed,
    ConversationOpened,
    CustomerAliasesAdded,
    CustomerBlocked,
    CustomerMergedInto,
    CustomersMerged,
    MarketingStopped,
    MessageReceived,
    MessageReleased,
    MetaError,
)
from recado_events.identity import Alias
from recado_events.ids import MessageId

from tests.conversations.stage import Stage, number, user_alias

PHONE, BSUID = number("5511987654321"), user_alias("BR.1")


@pytest.fixture
def two(stage: Stage) -> tuple[ConversationOpened, ConversationOpened]:
    """A customer known by number and one known by user id, each with an open conversation; the first was released
    a reply."""
    stage.writes(PHONE)
    stage.later(minutes=1)
    stage.writes(BSUID)
    first, second = stage.facts(ConversationOpened)
    stage.replies(first.conversation_id)
    stage.later(minutes=1)
    return first, second


Two = tuple[ConversationOpened, ConversationOpened]


def survivor(stage: Stage) -> Customer:
    merged = stage.one(CustomersMerged)
    return stage.customer(merged.customer_id)


def test_the_answer_to_a_send_merges_the_customers_whose_aliases_it_names(stage: Stage, two: Two) -> None:
    first, second = two
    released = stage.one(MessageReleased)
    stage.accepted(released.message_id, released.customer_id, "wamid.out", PHONE, BSUID)
    merged = stage.one(CustomersMerged)
    assert (merged.customer_id, merged.merged_id) == (first.customer_id, second.customer_id)
    closed = stage.one(ConversationClosed)
    assert (closed.conversation_id, closed.reason) == (second.conversation_id, "merged")
    assert set(survivor(stage).aliases) == {PHONE, BSUID}
    stage.writes(BSUID)
    assert stage.facts(MessageReceived)[-1].conversation_id == first.conversation_id


def test_the_answer_to_a_send_of_a_customer_merged_meanwhile_is_the_survivors(stage: Stage, two: Two) -> None:
    first, _ = two
    stage.closes(first.conversation_id)
    stage.writes(PHONE, BSUID)
    assert stage.one(CustomerMergedInto).customer_id == first.customer_id
    released, new = stage.one(MessageReleased), number("551187654321")
    stage.accepted(released.message_id, released.customer_id, "wamid.out", new, BSUID)
    assert [fact.customer_id for fact in stage.facts(CustomerAliasesAdded) if fact.reason == "accepted"] == [
        stage.one(CustomerMergedInto).survivor_id
    ]
    assert new in survivor(stage).aliases
    opened = len(stage.facts(ConversationOpened))
    for alias in (PHONE, BSUID, new):
        stage.writes(alias)
    assert len(stage.facts(ConversationOpened)) == opened


def test_rule_11_who_is_blocked_from_a_conversation_that_was_merged_is_the_one_they_are_now(
    stage: Stage, two: Two
) -> None:
    first, second = two
    stage.writes(PHONE, BSUID)
    assert stage.one(CustomerMergedInto).customer_id == second.customer_id

    def block(blocked: bool) -> None:
        command = BlockCustomer(**stage.on(second.conversation_id), message_id=MessageId(uuid4()), blocked=blocked)
        stage.do(stage.talking.block_customer, command)

    block(True)
    assert stage.one(CustomerBlocked).customer_id == first.customer_id
    assert stage.one(BlockReleased).personal.recipient.wa_id == PHONE.value  # type: ignore[union-attr]
    with pytest.raises(CustomerIsBlocked):
        stage.replies(first.conversation_id)
    block(False)
    stage.replies(first.conversation_id)


def test_an_answer_about_a_message_that_does_not_exist_merges_nobody(stage: Stage, two: Two) -> None:
    first, second = two
    released = stage.one(MessageReleased)
    nobodys = second.conversation_id
    assert stage.accepted(nobodys, released.customer_id, "wamid.out", PHONE, BSUID) == []  # type: ignore[arg-type]
    assert stage.customer(first.customer_id).aliases == (PHONE,)


def test_rule_38_the_survivor_wants_no_marketing_if_the_merged_one_did_not(stage: Stage, two: Two) -> None:
    stage.wishes(False, BSUID)
    told_at = stage.now
    stage.later(minutes=1)
    stage.writes(PHONE, BSUID)
    assert survivor(stage).marketing_stopped
    carried = stage.facts(MarketingStopped)[-1]
    assert (carried.evidence, carried.stopped_at) == ("merged", told_at)


@pytest.mark.parametrize("aliases", [(PHONE, BSUID), (BSUID, PHONE)], ids=["survivor first", "merged first"])
@pytest.mark.parametrize("wanted", [True, False])
def test_rule_38_of_two_wishes_the_newest_is_the_survivors(
    stage: Stage, two: Two, aliases: tuple[Alias, Alias], wanted: bool
) -> None:
    first, last = aliases
    wishes = [(False, first), (False, last), (not wanted, first), (True, last), (wanted, last)]
    for wish, alias in wishes:
        stage.wishes(wish, alias)
        stage.later(minutes=1)
    stage.writes(PHONE, BSUID)
    assert survivor(stage).marketing_stopped is not wanted


@example([(1, False, True), (3, False, False), (2, True, True)], 2)
@given(st.lists(st.tuples(st.integers(0, 4), st.booleans(), st.booleans()), max_size=7), st.integers(0, 7))
def test_rule_38_the_newest_wish_counts_whichever_of_the_two_told_it_and_whenever_they_became_one(
    wishes: list[tuple[int, bool, bool]], merged_after: int
) -> None:
    """In whatever order they come; of two at the same time the one for none."""
    stage = Stage()
    stage.writes(PHONE)
    stage.writes(BSUID)
    began = stage.now
    for place, (minute, wanted, of_phone) in enumerate([*wishes, (0, True, True)]):
        if place == min(merged_after, len(wishes)):
            stage.now = began
            stage.writes(PHONE, BSUID)
        if place < len(wishes):
            stage.now = began + timedelta(minutes=minute)
            stage.wishes(wanted, PHONE if of_phone else BSUID)
    newest = max(((minute, not wanted) for minute, wanted, _ in wishes), default=(0, False))
    assert survivor(stage).marketing_stopped is newest[1]


@pytest.mark.parametrize("aliases", [(PHONE, BSUID), (BSUID, PHONE)], ids=["survivor first", "merged first"])
def test_rule_38_a_wish_of_both_is_as_new_as_the_newer_one(
    stage: Stage, two: Two, aliases: tuple[Alias, Alias]
) -> None:
    """So that another one between them, which is told late, changes nothing."""
    began = stage.now
    for alias in aliases:
        stage.wishes(False, alias)
        stage.later(minutes=2)
    stage.writes(PHONE, BSUID)
    stage.now = began + timedelta(minutes=1)
    stage.wishes(True, PHONE)
    assert survivor(stage).marketing_stopped


def test_rule_38_error_131050_to_a_customer_merged_meanwhile_holds_for_the_survivor(stage: Stage, two: Two) -> None:
    first, _ = two
    stage.closes(first.conversation_id)
    stage.writes(PHONE, BSUID)
    released = stage.one(MessageReleased)
    stage.status("failed", "wamid.out", tag=released.message_id, errors=(MetaError(code=131050),))
    assert survivor(stage).marketing_stopped
