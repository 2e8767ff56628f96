"""Rules 7 and 8: a monotone status whatever the order, and statuses that come before or without their message."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from conversations.application.scene import FOLDS
from conversations.domain.message import STATUS_EVENTS, Message, shown_status
from conversations.domain.private import StatusOfUnknownMessage, WamidBound
from hypothesis import example, given, settings
from hypothesis import strategies as st
from recado_events.conversations import (
    ConversationOpened,
    MarketingStopped,
    MessageDelivered,
    MessageFailed,
    MessageRead,
    MessageReleased,
    MessageSent,
    MessageStatusSeen,
    MetaError,
)
from recado_events.ids import MessageId

from tests.conversations.stage import Stage

WORDS = ["sent", "delivered", "read", "played", "failed"]
WAMID = "wamid.HBgNNTUxMTk4NzY1NDMyMRUCABEYEjM5"


@pytest.fixture
def released(stage: Stage) -> MessageReleased:
    stage.writes()
    stage.replies(stage.one(ConversationOpened).conversation_id)
    return stage.one(MessageReleased)


def message(stage: Stage, message_id: MessageId) -> Message:
    state: Message = stage.streams.read(f"message-{message_id}", FOLDS["message"])
    return state


@settings(max_examples=60)
@given(st.lists(st.sampled_from(WORDS), max_size=6).flatmap(lambda told: st.permutations([*told, "accepted"])))
@example(["read", "delivered", "sent", "accepted"])
@example(["accepted", "failed", "sent"])
@example(["failed", "accepted", "delivered"])
def test_pain_07_rule_7_every_permutation_of_the_same_facts_gives_the_same_result(order: list[str]) -> None:
    """Also where some are told twice; the status never goes back, and a failure stays one unless it arrived."""
    stage = Stage()
    stage.writes()
    stage.replies(stage.one(ConversationOpened).conversation_id)
    sent = stage.one(MessageReleased)
    for word in order:
        if word == "accepted":
            stage.accepted(sent.message_id, sent.customer_id, WAMID)
        else:
            stage.status(word, WAMID, at=stage.now + timedelta(seconds=WORDS.index(word)))
    arrived = next((word for word in ("played", "read", "delivered") if word in order), None)
    short_of_it = "failed" if "failed" in order else "sent" if "sent" in order else "accepted"
    assert message(stage, sent.message_id).shown_status() == (arrived or short_of_it, "failed" in order)
    facts = [fact for kind in STATUS_EVENTS.values() for fact in stage.facts(kind)]
    assert len(facts) == len(set(order)) - 1, "each is kept, once"


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ({"accepted"}, ("accepted", False)),
        ({"accepted", "sent"}, ("sent", False)),
        ({"accepted", "read"}, ("read", False)),
        ({"sent", "failed"}, ("failed", True)),
        ({"delivered", "failed"}, ("delivered", True)),
        ({"played", "sent"}, ("played", False)),
        ({"unknown"}, ("unknown", False)),
        ({"unknown", "delivered"}, ("delivered", False)),
        ({"rejected"}, ("rejected", False)),
        (set(), (None, False)),
    ],
)
def test_rule_7_read_implies_delivered_and_failed_wins_only_without_proof_of_delivery(
    words: set[str], shown: tuple[str | None, bool]
) -> None:
    assert shown_status(words) == shown


def test_pain_09_rule_8_a_status_may_arrive_before_the_sends_response_and_joins_by_our_own_id(
    stage: Stage, released: MessageReleased
) -> None:
    stage.status("delivered", WAMID, tag=released.message_id)
    delivered = stage.one(MessageDelivered)
    assert (delivered.message_id, delivered.joined_by) == (released.message_id, "tag")
    assert stage.one(WamidBound).message_id == released.message_id
    stage.accepted(released.message_id, released.customer_id, WAMID)
    assert message(stage, released.message_id).shown_status() == ("delivered", False)


def test_pain_04_rule_8_orphans_are_kept_and_joined_when_the_message_is_accepted(
    stage: Stage, released: MessageReleased
) -> None:
    stage.status("sent", WAMID)
    stage.status("read", WAMID)
    assert len(stage.facts(StatusOfUnknownMessage)) == 2
    assert stage.facts(MessageRead) == []
    stage.accepted(released.message_id, released.customer_id, WAMID)
    assert stage.one(MessageRead).joined_by == "wamid"
    assert message(stage, released.message_id).shown_status() == ("read", False)


def test_rule_8_orphans_are_joined_when_a_tagged_status_names_the_message(
    stage: Stage, released: MessageReleased
) -> None:
    stage.status("sent", WAMID)
    stage.later(seconds=1)
    stage.status("delivered", WAMID, tag=released.message_id)
    assert (len(stage.facts(MessageSent)), len(stage.facts(MessageDelivered))) == (1, 1)


def test_bad_input_23_a_status_for_a_wamid_never_sent_is_an_orphan(stage: Stage) -> None:
    stage.status("delivered", "wamid.somebody-elses")
    assert len(stage.facts(StatusOfUnknownMessage)) == 1
    assert stage.facts(MessageDelivered) == []


def test_a_tag_of_a_message_that_does_not_exist_is_no_evidence(stage: Stage) -> None:
    stage.status("delivered", WAMID, tag=MessageId(uuid4()))
    assert len(stage.facts(StatusOfUnknownMessage)) == 1


def test_every_status_fact_is_kept_also_a_word_not_known_yet(stage: Stage, released: MessageReleased) -> None:
    stage.accepted(released.message_id, released.customer_id, WAMID)
    stage.status("warning", WAMID)
    stage.status("sent", WAMID)
    stage.status("sent", WAMID, at=stage.now + timedelta(seconds=3))
    assert stage.one(MessageStatusSeen).status == "warning"
    assert len(stage.facts(MessageSent)) == 2


@pytest.mark.parametrize("known", [True, False], ids=["at once", "as an orphan"])
def test_what_meta_says_of_a_failure_is_kept_where_personal_data_is(
    stage: Stage, released: MessageReleased, known: bool
) -> None:
    errors, details = (MetaError(code=131026), MetaError(code=131049)), ("The phone of João was off.", None)
    tag = released.message_id if known else None
    stage.status("failed", WAMID, tag=tag, errors=errors, details=details)
    stage.accepted(released.message_id, released.customer_id, WAMID)
    failed = stage.one(MessageFailed)
    assert [error.code for error in failed.errors] == [131026, 131049]
    assert failed.personal is not None
    assert failed.personal.details == details


def test_error_131050_records_that_the_customer_wants_no_marketing(stage: Stage, released: MessageReleased) -> None:
    stage.status("failed", WAMID, tag=released.message_id, errors=(MetaError(code=131050),))
    assert stage.one(MessageFailed).errors[0].code == 131050
    assert stage.one(MarketingStopped).evidence == "131050"


def test_rule_38_a_late_131050_holds_only_where_no_newer_wish_is_known(stage: Stage, released: MessageReleased) -> None:
    def fails(at: datetime) -> None:
        stage.status("failed", WAMID, tag=released.message_id, errors=(MetaError(code=131050),), at=at)

    def is_stopped() -> bool:
        return stage.customer(released.customer_id).marketing_stopped

    stopped_at = stage.now
    stage.wishes(False)
    stage.later(minutes=10)
    resumed_at = stage.now
    stage.wishes(True)
    for at in (stopped_at, stopped_at + timedelta(minutes=5), stopped_at):
        fails(at)
        assert not is_stopped()
    fails(resumed_at)
    assert is_stopped(), "of two at the same time the one for none"
    fails(resumed_at + timedelta(minutes=2))
    fails(resumed_at + timedelta(minutes=2))
    stops = [stop.stopped_at for stop in stage.facts(MarketingStopped)]
    assert stops == [stopped_at, resumed_at, resumed_at + timedelta(minutes=2)], "the newest evidence is noted once"
    stage.now = resumed_at + timedelta(minutes=1)
    stage.wishes(True)
    assert is_stopped(), "a wish older than the evidence"
