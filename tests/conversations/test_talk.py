"""What people may do with a conversation: permission (rule 15), replies, reactions, read markers (rule 17), rule 36."""

from __future__ import annotations

from uuid import uuid4

import pytest
from conversations.commands import MarkRead, NoteChannel, Person, React, Reply
from conversations.domain.refusals import (
    ChannelIsDisconnected,
    NoPermission,
    NotEligible,
    NotYetAccepted,
    OutOfScope,
    UnknownMessage,
    ViewOnly,
)
from recado_events.content import OutgoingReaction, OutgoingText, ReadReceipt
from recado_events.conversations import (
    ConversationAssigned,
    ConversationOpened,
    ConversationRead,
    MessageReceived,
    MessageReleased,
    ProfileGrantWithdrawn,
    ReadReceiptReleased,
)
from recado_events.ids import MessageId, OrganisationId, ProfileId, UserId

from tests.conversations.stage import ADMINISTRATOR, NUMBER, ORGANISATION, PROFILE, Stage, number


@pytest.fixture
def talk(stage: Stage) -> ConversationOpened:
    stage.writes()
    return stage.one(ConversationOpened)


def read(stage: Stage, talk: ConversationOpened, up_to: MessageId, by: UserId | Person, receipt: bool = False) -> None:
    command = MarkRead(**stage.on(talk.conversation_id, by), up_to_id=up_to, notify_customer=receipt)
    stage.do(stage.talking.mark_read, command)


def test_a_reply_goes_to_what_meta_gave_and_must_leave_before_the_window_closes(
    stage: Stage, talk: ConversationOpened
) -> None:
    stage.replies(talk.conversation_id)
    released = stage.one(MessageReleased)
    assert released.personal is not None
    assert released.personal.recipient.wa_id == "5511987654321"
    closes_at = stage.customer(talk.customer_id).window_closes_at
    assert closes_at is not None
    assert stage.now < released.send_by <= closes_at


def test_a_reply_to_a_message_quotes_its_wamid(stage: Stage, talk: ConversationOpened) -> None:
    received = stage.one(MessageReceived)
    stage.replies(talk.conversation_id, reply_to=received.message_id)
    released = stage.one(MessageReleased)
    assert released.personal is not None
    assert released.personal.context_wamid == received.personal.wamid  # type: ignore[union-attr]


def test_a_message_of_another_customer_cannot_be_quoted(stage: Stage, talk: ConversationOpened) -> None:
    stage.writes(number("16505551234"))
    other = stage.facts(MessageReceived)[-1]
    with pytest.raises(UnknownMessage):
        stage.replies(talk.conversation_id, reply_to=other.message_id)


def test_our_own_message_can_be_quoted_once_meta_has_accepted_it(stage: Stage, talk: ConversationOpened) -> None:
    stage.replies(talk.conversation_id)
    ours = stage.one(MessageReleased)
    with pytest.raises(NotYetAccepted):
        stage.replies(talk.conversation_id, reply_to=ours.message_id)
    stage.accepted(ours.message_id, ours.customer_id, "wamid.ours")
    stage.replies(talk.conversation_id, reply_to=ours.message_id)
    quoting = stage.facts(MessageReleased)[-1]
    assert quoting.personal.context_wamid == "wamid.ours"


def test_a_reaction_names_the_wamid_it_reacts_to(stage: Stage, talk: ConversationOpened) -> None:
    received = stage.one(MessageReceived)
    command = React(
        **stage.on(talk.conversation_id), message_id=MessageId(uuid4()), target_id=received.message_id, emoji="🎉"
    )
    stage.do(stage.talking.react, command)
    released = stage.one(MessageReleased)
    assert released.personal is not None
    assert released.personal.content == OutgoingReaction(emoji="🎉", target_wamid=received.personal.wamid)  # type: ignore[union-attr]


def test_rule_15_view_only_sees_and_changes_nothing(stage: Stage, talk: ConversationOpened) -> None:
    stage.grant("view_only", "all")
    viewer = UserId(uuid4())
    stage.register(viewer)
    for act in (stage.replies, stage.closes, stage.reopens):
        with pytest.raises(ViewOnly):
            act(talk.conversation_id, viewer)
    with pytest.raises(ViewOnly):
        stage.assigns(talk.conversation_id, viewer, viewer)


def test_rule_15_a_grant_that_is_withdrawn_allows_nothing_and_may_be_given_again(
    stage: Stage, talk: ConversationOpened
) -> None:
    (agent,) = stage.agents(1)
    stage.withdraws()
    withdrawn = stage.one(ProfileGrantWithdrawn)
    assert (withdrawn.withdrawn_by, withdrawn.withdrawn_at) == (ADMINISTRATOR.user_id, stage.now)
    for change in (stage.replies, stage.closes):
        with pytest.raises(NoPermission):
            change(talk.conversation_id, agent)
    with pytest.raises(NotEligible):
        stage.assigns(talk.conversation_id, agent)
    stage.rota([agent])
    assert stage.facts(ConversationAssigned) == []
    stage.grant("view_reply", "all")
    assert stage.one(ConversationAssigned).user_id == agent, "what waited is theirs"
    assert stage.replies(talk.conversation_id, agent)


def test_rule_15_without_a_grant_nothing_is_allowed(stage: Stage, talk: ConversationOpened) -> None:
    stranger = Person(UserId(uuid4()), "member", ProfileId(uuid4()))
    with pytest.raises(NoPermission):
        stage.replies(talk.conversation_id, stranger)


def test_rule_15_scope_own_reaches_only_what_is_assigned_to_me(stage: Stage) -> None:
    stage.grant("view_reply", "own")
    mine, theirs = UserId(uuid4()), UserId(uuid4())
    stage.register(mine)
    stage.register(theirs)
    stage.rota([mine])
    stage.writes()
    talk = stage.one(ConversationAssigned).conversation_id
    assert stage.replies(talk, mine)
    with pytest.raises(OutOfScope):
        stage.replies(talk, theirs)


def test_a_deactivated_user_may_do_nothing(stage: Stage, talk: ConversationOpened) -> None:
    (agent,) = stage.agents(1)
    stage.register(agent, active=False)
    with pytest.raises(NoPermission):
        stage.replies(talk.conversation_id, agent)


def test_a_conversation_of_another_organisation_is_not_found(stage: Stage, talk: ConversationOpened) -> None:
    command = Reply(
        organisation_id=OrganisationId(uuid4()),
        conversation_id=talk.conversation_id,
        by=Person(UserId(uuid4()), "administrator"),
        now=stage.now,
        message_id=MessageId(uuid4()),
        content=OutgoingText(body="x"),
    )
    with pytest.raises(OutOfScope):
        stage.do(stage.talking.reply, command)


def test_rule_17_a_read_marker_belongs_to_one_user(stage: Stage, talk: ConversationOpened) -> None:
    first, second = stage.agents(2)
    received = stage.one(MessageReceived)
    read(stage, talk, received.message_id, first)
    read(stage, talk, received.message_id, second)
    assert [fact.user_id for fact in stage.facts(ConversationRead)] == [first, second]
    assert stage.facts(ReadReceiptReleased) == []


def test_the_customer_sees_that_a_message_was_read_when_asked_for(stage: Stage, talk: ConversationOpened) -> None:
    (agent,) = stage.agents(1)
    received = stage.one(MessageReceived)
    read(stage, talk, received.message_id, agent, receipt=True)
    receipt = stage.one(ReadReceiptReleased)
    assert receipt.personal is not None
    assert receipt.personal.content == ReadReceipt(target_wamid=received.personal.wamid)  # type: ignore[union-attr]


def test_the_customer_may_be_told_of_what_was_read_before_and_is_told_once(
    stage: Stage, talk: ConversationOpened
) -> None:
    first, second = stage.agents(2)
    received = stage.one(MessageReceived)
    read(stage, talk, received.message_id, first)
    assert stage.facts(ReadReceiptReleased) == []
    for agent in (first, first, second):
        read(stage, talk, received.message_id, agent, receipt=True)
    assert stage.one(ReadReceiptReleased).target_id == received.message_id
    assert [fact.user_id for fact in stage.facts(ConversationRead)] == [first, second]
    later = stage.message()
    stage.do(stage.arriving.receive, later)
    read(stage, talk, later.message_id, first, receipt=True)
    assert [fact.target_id for fact in stage.facts(ReadReceiptReleased)] == [received.message_id, later.message_id]


def test_rule_17_view_only_clears_its_own_counter_without_telling_the_customer(
    stage: Stage, talk: ConversationOpened
) -> None:
    stage.grant("view_only", "all")
    viewer = UserId(uuid4())
    stage.register(viewer)
    received = stage.one(MessageReceived)
    read(stage, talk, received.message_id, viewer)
    later = stage.message()
    stage.do(stage.arriving.receive, later)
    with pytest.raises(ViewOnly):
        read(stage, talk, later.message_id, viewer, receipt=True)
    assert len(stage.facts(ConversationRead)) == 1


def test_rule_36_a_disconnected_channels_conversations_are_read_only(stage: Stage, talk: ConversationOpened) -> None:
    def channel(connected: bool) -> None:
        command = NoteChannel(organisation_id=ORGANISATION, phone_number_id=NUMBER, connected=connected, now=stage.now)
        stage.do(stage.arriving.note_channel, command)

    channel(False)
    with pytest.raises(ChannelIsDisconnected):
        stage.replies(talk.conversation_id)
    channel(True)
    assert stage.replies(talk.conversation_id)


def test_refusals_name_their_rule_on_the_wire(stage: Stage, talk: ConversationOpened) -> None:
    stage.grant("view_only", "all")
    with pytest.raises(ViewOnly) as refusal:
        stage.replies(talk.conversation_id, Person(UserId(uuid4()), "member", PROFILE))
    assert (refusal.value.rule, refusal.value.status) == ("view_only", 403)
