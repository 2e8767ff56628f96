"""What people do with a conversation: reply, react, read, each within one's permission."""

from __future__ import annotations

from datetime import datetime, timedelta

from recado_events.content import OutgoingReaction
from recado_events.conversations import (
    ConversationRead,
    MessageReleased,
    Released,
)
from recado_events.event import Event
from recado_events.identity import Recipient

from conversations.commands import (
    MarkRead,
    OnConversation,
    React,
    Reply,
)
from conversations.domain.beginning_refusals import EditionFrozen
from conversations.domain.customer import AWAITING_REPLY, CLOSED, Conversation, Customer
from conversations.domain.desk import Desk
from conversations.domain.message import Message
from conversations.domain.places import ConversationPlace
from conversations.domain.refusals import (
    AwaitingReply,
    ChannelIsDisconnected,
    ConversationIsClosed,
    CustomerIsBlocked,
    NoRecipient,
    NotYetAccepted,
    OutOfScope,
    UnknownMessage,
    WindowClosed,
)
from conversations.domain.silence import note_activity
from conversations.domain.team import Team

REPLY_TIME_TO_LIVE = timedelta(hours=1)
"""A reply that could not leave within this time is not what the agent meant any more."""


def talk_of(command: OnConversation, customer: Customer) -> Conversation:
    found = customer.conversations.get(command.conversation_id)
    if found is None:
        raise OutOfScope
    return found


def check_may_change(command: OnConversation, talk: Conversation, desk: Desk, team: Team) -> None:
    team.check_may_change(command.by, talk.assignee)
    if desk.connected is False:
        raise ChannelIsDisconnected


def _check_may_write(
    command: OnConversation, talk: Conversation, customer: Customer, desk: Desk, team: Team
) -> tuple[Recipient, datetime]:
    """Who it goes to and by when it must have left."""
    check_may_change(command, talk, desk, team)
    if team.organisation.is_frozen:
        raise EditionFrozen
    if talk.state == CLOSED:
        raise ConversationIsClosed
    if customer.is_blocked:
        raise CustomerIsBlocked
    deadline = customer.window_closes_at
    if deadline is None or command.now >= deadline:
        if talk.state == AWAITING_REPLY:
            raise AwaitingReply
        raise WindowClosed(window_closed_at=deadline.isoformat() if deadline else None)
    recipient = customer.recipient()
    if recipient is None:
        raise NoRecipient
    return recipient, min(deadline, command.now + REPLY_TIME_TO_LIVE)


def wamid_of(target: Message, customer: Customer) -> str:
    if not target.exists or target.customer_id != customer.customer_id:
        raise UnknownMessage
    if target.wamid is None:
        raise NotYetAccepted
    return target.wamid


def reply(
    command: Reply,
    place: ConversationPlace,
    customer: Customer,
    desk: Desk,
    team: Team,
    message: Message,
    quoted: Message | None,
) -> list[Event]:
    if message.exists:
        return []
    talk = talk_of(command, customer)
    recipient, send_by = _check_may_write(command, talk, customer, desk, team)
    context = wamid_of(quoted, customer) if quoted is not None else None
    return [
        MessageReleased(
            **place,
            message_id=command.message_id,
            kind=command.content.kind,
            reply_to=command.reply_to,
            released_by=command.by.user_id,
            released_at=command.now,
            send_by=send_by,
            personal=Released(content=command.content, recipient=recipient, context_wamid=context),
        ),
        *note_activity(place, talk.active_at, desk, command.now),
    ]


def react(
    command: React,
    place: ConversationPlace,
    customer: Customer,
    desk: Desk,
    team: Team,
    message: Message,
    target: Message,
) -> list[Event]:
    if message.exists:
        return []
    talk = talk_of(command, customer)
    recipient, send_by = _check_may_write(command, talk, customer, desk, team)
    content = OutgoingReaction(emoji=command.emoji, target_wamid=wamid_of(target, customer))
    return [
        MessageReleased(
            **place,
            message_id=command.message_id,
            kind=content.kind,
            target_id=command.target_id,
            released_by=command.by.user_id,
            released_at=command.now,
            send_by=send_by,
            personal=Released(content=content, recipient=recipient),
        )
    ]


def mark_read(
    command: MarkRead, place: ConversationPlace, customer: Customer, team: Team, last: Message
) -> list[Event]:
    """One's own counter may be cleared by whoever may look."""
    talk = talk_of(command, customer)
    team.check_may_view(command.by, talk.assignee)
    if not last.exists or not last.from_customer or last.customer_id != customer.customer_id:
        raise UnknownMessage
    if talk.read_up_to.get(command.by.user_id) == command.up_to_id:
        return []
    return [ConversationRead(**place, user_id=command.by.user_id, up_to_id=command.up_to_id, read_at=command.now)]
