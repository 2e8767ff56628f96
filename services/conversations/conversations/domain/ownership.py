"""Who owns a conversation and whether it is open: assign, close, reopen, each within one's permission."""

from __future__ import annotations

from recado_events.conversations import ConversationAssigned, ConversationClosed, ConversationReopened
from recado_events.event import Event

from conversations.commands import AssignConversation, CloseConversation, ReopenConversation
from conversations.domain.assignment import assign_new, leave_queue
from conversations.domain.customer import CLOSED, Customer
from conversations.domain.desk import Desk
from conversations.domain.places import ConversationPlace
from conversations.domain.refusals import AnotherIsOpen, NotEligible
from conversations.domain.talk import check_may_change, talk_of
from conversations.domain.team import Team


def assign(
    command: AssignConversation, place: ConversationPlace, customer: Customer, desk: Desk, team: Team
) -> list[Event]:
    """By hand; the rota's pointer stays where it is."""
    talk = talk_of(command, customer)
    check_may_change(command, talk, desk, team)
    reason = team.ineligible(command.user_id)
    if reason is not None:
        raise NotEligible(user_id=str(command.user_id), reason=reason)
    if talk.assignee == command.user_id:
        return []
    return [
        *leave_queue(desk, place, "assigned", command.now),
        ConversationAssigned(
            **place,
            user_id=command.user_id,
            how="person",
            assigned_by=command.by.user_id,
            previous_user_id=talk.assignee,
            assigned_at=command.now,
        ),
    ]


def close(
    command: CloseConversation, place: ConversationPlace, customer: Customer, desk: Desk, team: Team
) -> list[Event]:
    talk = talk_of(command, customer)
    check_may_change(command, talk, desk, team)
    if talk.state == CLOSED:
        return []
    return [
        *leave_queue(desk, place, "closed", command.now),
        ConversationClosed(**place, reason="person", closed_by=command.by.user_id, closed_at=command.now),
    ]


def reopen(
    command: ReopenConversation, place: ConversationPlace, customer: Customer, desk: Desk, team: Team
) -> list[Event]:
    talk = talk_of(command, customer)
    check_may_change(command, talk, desk, team)
    if talk.state != CLOSED:
        return []
    if customer.live_id is not None or customer.merged_into is not None:
        raise AnotherIsOpen(conversation_id=str(customer.live_id) if customer.live_id else None)
    reopened = ConversationReopened(**place, reopened_by=command.by.user_id, reopened_at=command.now)
    if talk.assignee is not None:
        return [reopened]
    return [reopened, *assign_new(place, customer.owner_id, desk, team, command.now)]
