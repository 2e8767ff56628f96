"""What the business does in its phone app: messages, their statuses, reactions, edits and revocations."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations

import pytest
from conversations.application.scene import FOLDS
from conversations.domain.message import Message
from conversations.domain.private import StatusOfUnknownMessage
from recado_events.conversations import (
    ConversationAnswered,
    ConversationAssigned,
    ConversationOpened,
    MessageDelivered,
    MessageEchoed,
    MessageRead,
    MessageReceived,
    ReactionReceived,
    RotaTurnTaken,
    ServiceWindowOpened,
)
from recado_events.event import Event
from recado_events.ids import MessageId, wamid_id

from tests.conversations.stage import NUMBER, ORGANISATION, Stage

WAMID = "wamid.app"
UNSEEN = wamid_id(ORGANISATION, NUMBER, "wamid.never-seen")
ACTS: dict[str, Callable[[Stage, MessageId], list[Event]]] = {
    "edit": lambda stage, target: stage.app_edits(target),
    "revocation": lambda stage, target: stage.app_revokes(target),
    "reaction": lambda stage, target: stage.app_reacts(target),
}


@pytest.mark.parametrize("order", list(permutations(["echo", "delivered", "read"])))
def test_rule_8_statuses_of_a_message_from_the_phone_app_join_it_in_any_order(order: tuple[str, ...]) -> None:
    stage = Stage()
    for word in order:
        if word == "echo":
            stage.echoes(wamid=WAMID)
        else:
            stage.status(word, WAMID)
    echoed = stage.one(MessageEchoed)
    assert stage.one(MessageDelivered).message_id == stage.one(MessageRead).message_id == echoed.message_id
    assert (stage.one(MessageRead).joined_by, stage.one(MessageRead).conversation_id) == (
        "wamid",
        echoed.conversation_id,
    )
    message: Message = stage.streams.read(f"message-{echoed.message_id}", FOLDS["message"])
    assert message.shown_status() == ("read", False)


def test_rule_8_a_status_of_what_the_customer_sent_is_an_orphan(stage: Stage) -> None:
    stage.writes(wamid=WAMID)
    stage.reacts(stage.one(MessageReceived).message_id, wamid="wamid.reaction")
    for wamid in (WAMID, "wamid.reaction"):
        stage.status("read", wamid)
    assert len(stage.facts(StatusOfUnknownMessage)) == 2
    assert stage.facts(MessageRead) == []


def test_a_reaction_from_the_phone_app_is_one_of_the_business(stage: Stage) -> None:
    stage.writes()
    target = stage.one(MessageReceived).message_id
    stage.later(hours=1)
    stage.app_reacts(target)
    fact = stage.one(ReactionReceived)
    assert (fact.by_business, fact.target_id) == (True, target)


def test_a_reaction_from_the_phone_app_is_no_answer_of_the_customer(stage: Stage) -> None:
    stage.echoes()
    stage.app_reacts(stage.one(MessageEchoed).message_id)
    assert stage.facts(ConversationAnswered) == []
    assert stage.facts(ServiceWindowOpened) == []


@pytest.mark.parametrize("act", ACTS)
def test_what_the_phone_app_changes_of_a_message_never_seen_takes_no_turn_of_the_rota(stage: Stage, act: str) -> None:
    stage.rota(stage.agents(1))
    ACTS[act](stage, UNSEEN)
    assert stage.one(ConversationOpened).initiated_by == "app"
    assert stage.facts(RotaTurnTaken) == []
    assert stage.facts(ConversationAssigned) == []


@pytest.mark.parametrize("act", ACTS)
def test_what_the_phone_app_changes_stays_in_the_conversation_that_is_there(stage: Stage, act: str) -> None:
    stage.writes()
    talk = stage.one(ConversationOpened)
    stage.closes(talk.conversation_id)
    fact, *_ = ACTS[act](stage, stage.one(MessageReceived).message_id)
    assert fact.conversation_id == talk.conversation_id  # type: ignore[attr-defined]
