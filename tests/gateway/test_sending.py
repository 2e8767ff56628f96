"""One message, one call an attempt: no outcome ever leads to a blind second call."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from gateway.commands import Accepted, Ambiguous, NotTaken, Refused, Verdict
from hypothesis import given
from hypothesis import strategies as st
from recado_events.content import Other, OutgoingReaction, ReadReceipt
from recado_events.conversations import Released
from recado_events.gateway import (
    DuplicateSendDetected,
    MessageAccepted,
    MessageDispatchStarted,
    MessageNotSent,
    MessageOutcomeUnknown,
    MessageRejected,
)
from recado_events.identity import Recipient

from tests.gateway.story import MessageStory, names, text

TAKEN = Accepted(wamid="wamid.A", wa_id="5511987650001")
THROTTLED = NotTaken("throttled", 130429)
UNREACHABLE = NotTaken("unreachable")


@pytest.fixture
def message() -> MessageStory:
    return MessageStory()


@pytest.fixture
def started(message: MessageStory) -> MessageStory:
    message.is_queued()
    message.starts()
    return message


def test_a_released_message_is_kept_and_queued(message: MessageStory) -> None:
    assert names(message.is_queued()) == ["MessageTaken", "MessageQueued"]
    assert message.state.released == text()


@pytest.mark.parametrize(
    "released",
    [
        Released(content=Other(kind="video"), recipient=Recipient(wa_id="1")),
        Released(content=text().content, recipient=Recipient()),
    ],
    ids=["a kind this version does not know", "nobody to send it to"],
)
def test_what_cannot_be_said_to_meta_is_rejected_at_once(message: MessageStory, released: Released) -> None:
    facts = message.is_queued(released)

    assert names(facts) == ["MessageTaken", "MessageQueued", "MessageRejected"]
    assert isinstance(facts[-1], MessageRejected)
    assert facts[-1].reason == "unsupported"


def test_a_message_of_an_erased_person_is_rejected(message: MessageStory) -> None:
    assert names(message.is_queued(released=None))[-1] == "MessageRejected"


@pytest.mark.parametrize(
    "content",
    [OutgoingReaction(emoji="👍", target_wamid="wamid.T"), ReadReceipt(target_wamid="wamid.T")],
    ids=lambda content: content.kind,
)
def test_reactions_and_read_receipts_leave_as_messages_do(
    message: MessageStory, content: OutgoingReaction | ReadReceipt
) -> None:
    message.is_queued(Released(content=content, recipient=Recipient(wa_id="5511987650001")))

    assert names(message.starts()) == ["MessageDispatchStarted"]


def test_a_claim_is_for_ever(started: MessageStory) -> None:
    started.later(hours=1)

    assert started.starts() == []


def test_an_answer_accepts(started: MessageStory) -> None:
    fact = started.ends(TAKEN)[0]

    assert isinstance(fact, MessageAccepted)
    assert (fact.attempt, fact.evidence, fact.personal and fact.personal.wamid) == (1, "answer", "wamid.A")
    assert started.state.released is None, "what was said is not kept in memory once it has gone"


def test_a_refusal_rejects_with_metas_code(started: MessageStory) -> None:
    fact = started.ends(Refused(131047, "Re-engagement message", "More than 24 hours"))[0]

    assert isinstance(fact, MessageRejected)
    assert (fact.reason, fact.meta_code, fact.personal and fact.personal.details) == (
        "graph",
        131047,
        "More than 24 hours",
    )


def test_only_a_recorded_not_sent_allows_another_attempt(started: MessageStory) -> None:
    fact = started.ends(UNREACHABLE)[0]
    assert isinstance(fact, MessageNotSent)
    assert fact.retry_not_before == started.now + timedelta(seconds=1)
    assert started.starts() == [], "too early"

    started.later(seconds=1)
    again = started.starts()[0]

    assert isinstance(again, MessageDispatchStarted)
    assert again.attempt == 2


def pauses(message: MessageStory, verdict: NotTaken, times: int) -> list[float]:
    """Seconds from each outcome to when the next attempt may be made."""
    found = []
    for attempt in range(1, times + 1):
        assert names(message.starts()) == ["MessageDispatchStarted"]
        fact = message.ends(verdict, attempt)[0]
        assert isinstance(fact, MessageNotSent)
        assert fact.retry_not_before is not None
        found.append((fact.retry_not_before - message.now).total_seconds())
        message.now = fact.retry_not_before
    return found


def test_throttled_sends_wait_four_to_the_power_of_their_number(message: MessageStory) -> None:
    message.is_queued(seconds=100_000)

    assert pauses(message, THROTTLED, 4) == [4, 16, 64, 256]


def test_unreachable_sends_wait_twice_as_long_each_time_up_to_thirty_seconds(message: MessageStory) -> None:
    message.is_queued(seconds=100_000)

    assert pauses(message, UNREACHABLE, 7) == [1, 2, 4, 8, 16, 30, 30]


@pytest.mark.parametrize("reason", ["timeout", "connection_lost", "server_error", "unreadable_answer"])
def test_ambiguity_is_recorded_and_never_tried_again(started: MessageStory, reason: str) -> None:
    fact = started.ends(Ambiguous(reason))[0]

    assert isinstance(fact, MessageOutcomeUnknown)
    assert fact.reason == reason
    started.later(minutes=5)
    assert started.starts() == []


def test_after_sixty_silent_seconds_any_worker_calls_it_unknown(started: MessageStory) -> None:
    started.later(seconds=59.9)
    assert started.is_silent() == []

    started.later(seconds=0.1)

    assert names(started.is_silent()) == ["MessageOutcomeUnknown"]


def test_a_late_answer_still_accepts(started: MessageStory) -> None:
    started.later(seconds=60)
    started.is_silent()

    assert names(started.ends(TAKEN)) == ["MessageAccepted"]


def test_a_late_not_sent_is_told_and_not_tried_again(started: MessageStory) -> None:
    started.later(seconds=60)
    started.is_silent()

    assert names(started.ends(UNREACHABLE)) == ["MessageNotSent", "MessageRejected"]
    started.later(minutes=1)
    assert started.starts() == []


def test_a_status_with_our_tag_resolves_what_was_unknown(started: MessageStory) -> None:
    started.ends(Ambiguous("timeout"))

    fact = started.is_evident("wamid.A")[0]

    assert isinstance(fact, MessageAccepted)
    assert (fact.evidence, fact.attempt, fact.personal and fact.personal.wamid) == ("status", 1, "wamid.A")


def test_evidence_stops_a_retry_that_was_already_allowed(started: MessageStory) -> None:
    started.ends(THROTTLED)

    assert names(started.is_evident()) == ["MessageAccepted"]
    started.later(minutes=1)
    assert started.starts() == []


def test_a_status_before_the_answer_accepts_and_the_answer_adds_nothing(started: MessageStory) -> None:
    assert names(started.is_evident("wamid.A")) == ["MessageAccepted"]
    assert started.ends(TAKEN) == []


def test_the_padding_of_a_wamid_is_no_difference(started: MessageStory) -> None:
    started.ends(Accepted(wamid="wamid.QQ=="))

    assert started.is_evident("wamid.QQ") == []


def test_two_wamids_of_one_message_are_a_duplicate_told_once_each(started: MessageStory) -> None:
    started.ends(TAKEN)

    fact = started.is_evident("wamid.B")[0]

    assert isinstance(fact, DuplicateSendDetected)
    assert fact.personal is not None
    assert fact.personal.wamid == "wamid.B"
    assert names(started.is_evident("wamid.C")) == ["DuplicateSendDetected"]
    assert started.is_evident("wamid.B") == []


def test_an_answer_that_contradicts_evidence_is_a_duplicate(started: MessageStory) -> None:
    started.is_evident("wamid.B")

    assert names(started.ends(TAKEN)) == ["DuplicateSendDetected"]


def test_evidence_of_a_message_nobody_here_knows_says_nothing(message: MessageStory) -> None:
    assert message.is_evident() == []


@pytest.mark.parametrize("passage", ["open", "wait", "shut"])
def test_past_its_time_nothing_leaves(message: MessageStory, passage: str) -> None:
    message.is_queued(seconds=10)
    message.later(seconds=10)

    fact = message.starts(passage)[0]

    assert isinstance(fact, MessageRejected)
    assert fact.reason == "expired"


def test_a_disconnected_channel_rejects(message: MessageStory) -> None:
    message.is_queued()

    fact = message.starts("shut")[0]

    assert isinstance(fact, MessageRejected)
    assert fact.reason == "channel_disconnected"


def test_a_channel_without_authorisation_makes_it_wait(message: MessageStory) -> None:
    message.is_queued()

    assert message.starts("wait") == []
    assert names(message.starts("open")) == ["MessageDispatchStarted"]


MOVES = st.lists(
    st.sampled_from(
        ["start", "taken", "refused", "throttled", "unreachable", "ambiguous", "silent", "evident", "wait"]
    ),
    max_size=30,
)


@given(MOVES)
def test_no_order_of_events_starts_a_second_attempt_without_a_recorded_not_sent(moves: list[str]) -> None:
    message = MessageStory()
    message.is_queued(seconds=10_000_000)
    facts = []
    verdicts: dict[str, Verdict] = {
        "taken": TAKEN,
        "refused": Refused(100),
        "throttled": THROTTLED,
        "unreachable": UNREACHABLE,
    }
    for move in moves:
        attempt = max(message.state.attempt, 1)
        if move == "start":
            facts += message.starts()
        elif move == "silent":
            facts += message.is_silent(attempt)
        elif move == "evident":
            facts += message.is_evident(attempt=attempt)
        elif move == "wait":
            message.later(seconds=70)
        else:
            facts += message.ends(verdicts.get(move, Ambiguous("timeout")), attempt)

    started = [fact for fact in facts if isinstance(fact, MessageDispatchStarted)]
    for before, after in pairwise(started):
        between = facts[facts.index(before) : facts.index(after)]
        assert any(isinstance(fact, MessageNotSent) and fact.attempt == before.attempt for fact in between)
        assert not any(isinstance(fact, MessageAccepted | MessageRejected | MessageOutcomeUnknown) for fact in between)
