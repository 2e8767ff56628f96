"""What customers see of the people who answer: that their message was read, and that somebody is typing.

Each is said once of each message, and never where the number's rules forbid it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid5

from recado_events.content import ReadReceipt
from recado_events.conversations import ReadReceiptReleased, Released
from recado_events.event import Event
from recado_events.identity import Recipient
from recado_events.ids import MessageId

from conversations.commands import MarkRead, ShowTyping
from conversations.domain.customer import Conversation, Customer
from conversations.domain.desk import Desk
from conversations.domain.message import Message
from conversations.domain.places import ConversationPlace
from conversations.domain.refusals import NoRecipient, UnknownMessage
from conversations.domain.talk import check_may_change, talk_of, wamid_of
from conversations.domain.team import Team

TYPING_LASTS = timedelta(seconds=25)
"""Meta takes it back by itself after so long; said later, it would be a lie."""
RECEIPT_TIME_TO_LIVE = timedelta(hours=1)


def receipt_id_of(message_id: MessageId) -> MessageId:
    """The customer is told once that a message was read, whoever read it and however often."""
    return MessageId(uuid5(message_id, "read receipt"))


def typing_id_of(message_id: MessageId) -> MessageId:
    """The customer is told once that somebody is answering a message."""
    return MessageId(uuid5(message_id, "typing"))


def show_read(
    command: MarkRead,
    place: ConversationPlace,
    customer: Customer,
    desk: Desk,
    team: Team,
    last: Message,
    told: Message,
) -> list[Event]:
    """`told`: what has told the customer so already, if anything. Only who may reply lets the customer know."""
    talk = talk_of(command, customer)
    if told.exists or customer.is_blocked or not _wanted(command, talk, desk, team):
        return []
    check_may_change(command, talk, desk, team)
    recipient = customer.recipient()
    if recipient is None:
        raise NoRecipient
    seen = ReadReceipt(target_wamid=wamid_of(last, customer))
    until = command.now + RECEIPT_TIME_TO_LIVE
    return [_released(command, command.up_to_id, receipt_id_of(command.up_to_id), seen, recipient, until, place)]


def _wanted(command: MarkRead, talk: Conversation, desk: Desk, team: Team) -> bool:
    """As the number's rule says; where it says nothing, as whoever reads asks."""
    rule = desk.rules.read_receipts
    if rule is False or command.notify_customer is False:
        return False
    if command.notify_customer:
        return True
    grant = team.grant_of(command.by)
    return bool(rule) and desk.connected is not False and grant is not None and grant.level == "view_reply"


def show_typing(
    command: ShowTyping,
    place: ConversationPlace,
    customer: Customer,
    desk: Desk,
    team: Team,
    last: Message,
    told: Message,
) -> list[Event]:
    """Nothing where no answer could follow: Meta shows it for as long as 25 seconds and expects one. For Meta it is a
    receipt too: where the number's rule is that nobody sees what was read, nobody sees this."""
    check_may_change(command, talk_of(command, customer), desk, team)
    if not last.exists or not last.from_customer or last.customer_id != customer.customer_id:
        raise UnknownMessage
    recipient, may_answer = customer.recipient(), customer.may_be_written_to(command.now)
    if told.exists or not desk.rules.typing or customer.is_blocked or not may_answer or recipient is None:
        return []
    if team.organisation.is_frozen or desk.rules.read_receipts is False:
        return []
    typing = ReadReceipt(target_wamid=wamid_of(last, customer), typing=True)
    until = command.now + TYPING_LASTS
    return [_released(command, command.answering, typing_id_of(command.answering), typing, recipient, until, place)]


def _released(
    command: MarkRead | ShowTyping,
    target_id: MessageId,
    message_id: MessageId,
    content: ReadReceipt,
    recipient: Recipient,
    send_by: datetime,
    place: ConversationPlace,
) -> Event:
    return ReadReceiptReleased(
        **place,
        message_id=message_id,
        target_id=target_id,
        released_by=command.by.user_id,
        released_at=command.now,
        send_by=send_by,
        personal=Released(content=content, recipient=recipient),
    )
