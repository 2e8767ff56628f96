"""Customers whose messages a business does not want: nothing is sent to them, and Meta keeps theirs away."""

from __future__ import annotations

from datetime import timedelta

from recado_events.content import Blocking
from recado_events.conversations import BlockRefused, BlockReleased, CustomerBlocked, CustomerUnblocked, Released
from recado_events.event import Event

from conversations.commands import BlockCustomer, NoteOutcome, RecordStatus
from conversations.domain.beginning_refusals import EditionFrozen
from conversations.domain.customer import Conversation, Customer
from conversations.domain.desk import Desk
from conversations.domain.message import Message
from conversations.domain.places import ConversationPlace, CustomerPlace
from conversations.domain.refusals import CannotBeBlocked, NoRecipient
from conversations.domain.talk import check_may_change
from conversations.domain.team import Team

BLOCKED_CODE = 130403
"""Meta refuses what is sent to somebody whom the business has blocked."""
TIME_TO_LIVE = timedelta(hours=24)


def block(
    command: BlockCustomer, place: ConversationPlace, talk: Conversation, customer: Customer, desk: Desk, team: Team
) -> list[Event]:
    """Here it holds at once; Meta is asked besides. Only who wrote within 24 hours can be blocked, as at Meta.

    `customer`: who they are by now that wrote in `talk`."""
    check_may_change(command, talk, desk, team)
    if command.blocked == customer.is_blocked:
        return []
    if team.organisation.is_frozen:
        raise EditionFrozen
    if command.blocked and not customer.may_be_written_to(command.now):
        raise CannotBeBlocked
    recipient = customer.recipient()
    if recipient is None:
        raise NoRecipient
    asked = BlockReleased(
        **place,
        message_id=command.message_id,
        blocked=command.blocked,
        released_by=command.by.user_id,
        released_at=command.now,
        send_by=command.now + TIME_TO_LIVE,
        personal=Released(content=Blocking(blocked=command.blocked), recipient=recipient),
    )
    return [_settled(command, place), asked]


def _settled(command: BlockCustomer, place: ConversationPlace) -> Event:
    at = _whole(place)
    if command.blocked:
        return CustomerBlocked(**at, evidence="person", blocked_by=command.by.user_id, blocked_at=command.now)
    return CustomerUnblocked(**at, unblocked_by=command.by.user_id, unblocked_at=command.now)


def _whole(place: ConversationPlace) -> CustomerPlace:
    return CustomerPlace(
        organisation_id=place["organisation_id"],
        phone_number_id=place["phone_number_id"],
        customer_id=place["customer_id"],
    )


def settle(
    command: RecordStatus | NoteOutcome, message: Message, customer: Customer, place: CustomerPlace
) -> list[Event]:
    """What Meta says of a block that was asked for, or of a message to somebody who is blocked there."""
    if message.blocking is not None:
        return _refused(command, message.blocking, customer, place)
    if not tells_of_block(command) or customer.is_blocked:
        return []
    if customer.block_told_at is not None and command.occurred_at <= customer.block_told_at:
        return []
    return [CustomerBlocked(**place, evidence=str(BLOCKED_CODE), blocked_at=command.occurred_at)]


def _refused(
    command: RecordStatus | NoteOutcome, blocking: bool, customer: Customer, place: CustomerPlace
) -> list[Event]:
    if not isinstance(command, NoteOutcome) or command.outcome != "rejected" or customer.is_blocked != blocking:
        return []
    reason, code = command.reason or "graph", command.meta_code
    return [BlockRefused(**place, blocked=blocking, reason=reason, meta_code=code, refused_at=command.occurred_at)]


def tells_of_block(command: RecordStatus | NoteOutcome) -> bool:
    if isinstance(command, NoteOutcome):
        return command.meta_code == BLOCKED_CODE
    return any(error.code == BLOCKED_CODE for error in command.errors)
