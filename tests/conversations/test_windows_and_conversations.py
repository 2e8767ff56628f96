"""Rules 1 to 6: windows, states of a conversation, one open conversation, order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from conversations.domain.refusals import AnotherIsOpen, AwaitingReply, ConversationIsClosed, WindowClosed
from hypothesis import given
from hypothesis import strategies as st
from recado_events.conversations import (
    ConversationAnswered,
    ConversationClosed,
    ConversationOpened,
    ConversationReopened,
    CustomerIdentified,
    MessageEchoed,
    MessageReceived,
    MessageReleased,
    ServiceWindowExtended,
    ServiceWindowOpened,
)

from tests.conversations.stage import NOON, Stage

DAY = timedelta(hours=24)


def _opened(stage: Stage) -> ConversationOpened:
    stage.writes()
    return stage.one(ConversationOpened)


def test_rule_1_the_window_closes_24_hours_after_the_customers_last_message_by_metas_clock(stage: Stage) -> None:
    stage.writes(at=NOON - timedelta(minutes=2))
    assert stage.one(ServiceWindowOpened).closes_at == NOON - timedelta(minutes=2) + DAY
    stage.later(hours=1)
    stage.writes()
    assert stage.one(ServiceWindowExtended).closes_at == stage.now + DAY


def test_pain_15_rule_1_free_form_is_allowed_while_now_is_before_the_deadline(stage: Stage) -> None:
    talk = _opened(stage).conversation_id
    stage.now = NOON + DAY - timedelta(seconds=1)
    assert [type(fact) for fact in stage.replies(talk)] == [MessageReleased]
    stage.now = NOON + DAY
    with pytest.raises(WindowClosed) as refusal:
        stage.replies(talk)
    assert refusal.value.details == {"window_closed_at": (NOON + DAY).isoformat()}


def test_bad_input_72_free_text_at_24_hours_and_a_second_is_refused_locally(stage: Stage) -> None:
    talk = _opened(stage).conversation_id
    stage.now = NOON + DAY + timedelta(seconds=1)
    with pytest.raises(WindowClosed):
        stage.replies(talk)
    assert stage.facts(MessageReleased) == []


def test_rule_1_the_window_never_moves_backwards_by_a_late_older_message(stage: Stage) -> None:
    stage.writes()
    stage.later(hours=2)
    assert stage.facts(ServiceWindowExtended) == []
    stage.writes(at=NOON - timedelta(hours=3))
    assert stage.facts(ServiceWindowExtended) == []


@given(st.permutations([0, 1, 5, 23, 30]))
def test_rule_1_the_window_is_the_same_in_whatever_order_messages_arrive(hours: list[int]) -> None:
    stage = Stage()
    stage.now = NOON + timedelta(hours=31)
    for hour in hours:
        stage.writes(at=NOON + timedelta(hours=hour))
    customer = stage.customer(stage.one(CustomerIdentified).customer_id)
    assert customer.window_closes_at == NOON + timedelta(hours=30) + DAY


def test_bad_input_25_a_time_that_cannot_be_moves_no_window(stage: Stage) -> None:
    stage.writes(plausible=False)
    assert stage.facts(ServiceWindowOpened) == []
    assert len(stage.facts(MessageReceived)) == 1


def test_bad_input_74_echoes_statuses_and_our_reactions_move_no_window(stage: Stage) -> None:
    talk = _opened(stage)
    before = stage.customer(talk.customer_id).window_closes_at
    stage.later(hours=1)
    (released,) = stage.replies(talk.conversation_id)
    stage.status("read", "wamid.out", tag=released.message_id)  # type: ignore[attr-defined]
    stage.echoes()
    assert stage.customer(talk.customer_id).window_closes_at == before


@pytest.mark.parametrize(("counts", "moved"), [(True, 1), (False, 0)])
def test_rule_1_a_customers_reaction_counts_as_inbound_by_default_a_policy_flag(
    stage: Stage, counts: bool, moved: int
) -> None:
    stage.writes()
    stage.later(hours=1)
    stage.reacts(stage.one(MessageReceived).message_id, opens_window=counts)
    assert len(stage.facts(ServiceWindowExtended)) == moved
    assert len(stage.facts(ConversationOpened)) == 1


def test_rule_2_a_conversation_that_awaits_a_reply_has_its_composer_locked_until_the_customer_answers(
    stage: Stage,
) -> None:
    stage.echoes()
    talk = stage.one(ConversationOpened)
    with pytest.raises(AwaitingReply):
        stage.replies(talk.conversation_id)
    stage.writes()
    assert stage.one(ConversationAnswered).conversation_id == talk.conversation_id
    assert stage.replies(talk.conversation_id)


@pytest.mark.parametrize("counts", [True, False])
def test_rule_2_a_reaction_that_counts_as_a_message_is_an_answer(stage: Stage, counts: bool) -> None:
    stage.echoes()
    stage.reacts(stage.one(MessageEchoed).message_id, opens_window=counts)
    assert len(stage.facts(ConversationAnswered)) == counts


def test_rule_2_the_composer_is_not_locked_while_the_window_is_open(stage: Stage) -> None:
    first = _opened(stage)
    stage.closes(first.conversation_id)
    stage.echoes()
    _, second = stage.facts(ConversationOpened)
    assert stage.customer(first.customer_id).conversations[second.conversation_id].state == "awaiting_reply"
    assert stage.replies(second.conversation_id)
    stage.later(hours=25)
    with pytest.raises(AwaitingReply):
        stage.replies(second.conversation_id)


def test_rule_2_closing_does_not_shut_the_window_and_an_expired_window_does_not_close(stage: Stage) -> None:
    talk = _opened(stage)
    stage.closes(talk.conversation_id)
    assert stage.customer(talk.customer_id).may_be_written_to(stage.now)
    stage.reopens(talk.conversation_id)
    stage.later(hours=25)
    assert stage.customer(talk.customer_id).live_id == talk.conversation_id


def test_rule_3_inbound_after_close_starts_a_new_conversation_linked_to_the_previous_one(stage: Stage) -> None:
    first = _opened(stage)
    stage.closes(first.conversation_id)
    with pytest.raises(ConversationIsClosed):
        stage.replies(first.conversation_id)
    stage.writes()
    _, second = stage.facts(ConversationOpened)
    assert second.previous_id == first.conversation_id
    assert second.conversation_id != first.conversation_id


def test_rule_3_an_agent_may_always_reopen_but_not_beside_another_open_one(stage: Stage) -> None:
    first = _opened(stage)
    stage.closes(first.conversation_id)
    stage.later(hours=50)
    stage.reopens(first.conversation_id)
    assert len(stage.facts(ConversationReopened)) == 1
    stage.closes(first.conversation_id)
    stage.writes()
    with pytest.raises(AnotherIsOpen):
        stage.reopens(first.conversation_id)


def test_rule_5_thirty_images_at_once_from_an_unknown_sender_are_one_conversation(stage: Stage) -> None:
    agents = stage.agents(3)
    stage.rota(agents)
    for _ in range(30):
        stage.writes()
    assert len(stage.facts(CustomerIdentified)) == 1
    assert len(stage.facts(ConversationOpened)) == 1
    assert len(stage.facts(MessageReceived)) == 30
    assert stage.customer(stage.one(CustomerIdentified).customer_id).live_id is not None


def test_invariant_19_closing_is_idempotent(stage: Stage) -> None:
    talk = _opened(stage)
    stage.closes(talk.conversation_id)
    assert stage.closes(talk.conversation_id) == []
    assert len(stage.facts(ConversationClosed)) == 1


def test_rule_6_every_message_has_two_clocks_and_its_place_in_the_webhook(stage: Stage) -> None:
    stage.writes(at=NOON - timedelta(minutes=5))
    received = stage.one(MessageReceived)
    assert (received.occurred_at, received.received_at) == (NOON - timedelta(minutes=5), NOON)
    assert received.source_ordinal == 0
