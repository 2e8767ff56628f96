"""Rule 10: what is sent goes to the number or user id under which the customer wrote last."""

from __future__ import annotations

from datetime import timedelta

import pytest
from conversations.domain.customer import Customer
from hypothesis import given
from hypothesis import strategies as st
from recado_events.conversations import ConversationOpened, CustomerAliasesAdded, CustomerIdentified, MessageReleased
from recado_events.identity import Alias, Recipient

from tests.conversations.stage import NOON, Stage, number, user_alias

BSUID = user_alias("BR.1")
OLD, NEW = number("16505551234"), number("12195555358")


def recipient(stage: Stage) -> Recipient | None:
    customer: Customer = stage.customer(stage.one(CustomerIdentified).customer_id)
    return customer.recipient()


@pytest.mark.parametrize(
    ("first", "second"), [(OLD, NEW), (number("5511987654321"), number("551187654321"))], ids=["numbers", "spellings"]
)
def test_rule_10_a_reply_goes_to_the_number_the_customer_wrote_from_last(
    stage: Stage, first: Alias, second: Alias
) -> None:
    for alias in (first, second, first, second, first):
        stage.writes(BSUID, alias)
        stage.later(minutes=1)
        assert recipient(stage) == Recipient(wa_id=alias.value)
    stage.replies(stage.one(ConversationOpened).conversation_id)
    released = stage.one(MessageReleased)
    assert released.personal is not None
    assert released.personal.recipient.wa_id == first.value


def test_rule_10_the_last_user_id_counts_where_there_is_no_number(stage: Stage) -> None:
    other = user_alias("BR.2")
    stage.writes(BSUID)
    stage.writes(other, BSUID)
    stage.writes(other)
    assert recipient(stage) == Recipient(user_id="BR.2")
    stage.writes(BSUID)
    assert recipient(stage) == Recipient(user_id="BR.1")


def test_what_is_known_is_not_told_again(stage: Stage) -> None:
    for _ in range(3):
        stage.writes(BSUID, OLD)
    stage.writes(OLD)
    stage.writes(BSUID)
    assert stage.facts(CustomerAliasesAdded) == []


@pytest.mark.parametrize("known", [True, False])
def test_an_older_message_that_comes_late_does_not_change_where_replies_go(stage: Stage, known: bool) -> None:
    if known:
        stage.writes(BSUID, OLD, at=NOON - timedelta(hours=2))
    stage.writes(BSUID, NEW)
    stage.writes(BSUID, OLD, at=NOON - timedelta(hours=1))
    assert recipient(stage) == Recipient(wa_id=NEW.value)
    assert OLD in stage.customer(stage.one(CustomerIdentified).customer_id).aliases


def test_what_the_business_writes_to_does_not_change_where_replies_go(stage: Stage) -> None:
    stage.writes(BSUID, OLD)
    stage.writes(BSUID, NEW)
    stage.later(minutes=1)
    stage.echoes(BSUID, OLD)
    stage.wishes(False, BSUID, OLD)
    assert recipient(stage) == Recipient(wa_id=NEW.value)


@given(st.permutations([(0, OLD), (1, NEW), (2, OLD), (5, number("447700900123")), (6, NEW)]))
def test_rule_10_the_recipient_is_the_same_in_whatever_order_messages_arrive(order: list[tuple[int, Alias]]) -> None:
    stage = Stage()
    stage.now = NOON + timedelta(hours=7)
    for hour, alias in order:
        stage.writes(BSUID, alias, at=NOON + timedelta(hours=hour))
    assert recipient(stage) == Recipient(wa_id=NEW.value)
