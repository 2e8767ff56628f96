"""Conversations in which nobody writes any more close; one that was closed a moment ago may go on (rule 3).

What is said is in the streams of messages, which nobody can list. So the conversation's own stream is told that
somebody writes, but not each time: once half of the silence that ends it has passed since it was told last. Whoever
looks at that stream then closes nothing in which somebody wrote within that half, however far behind the screen is.
"""

from __future__ import annotations

from datetime import datetime

from recado_events.conversations import ConversationClosed, ConversationReopened, ConversationUnassigned
from recado_events.event import Event

from conversations.commands import CloseSilent
from conversations.domain.assignment import assign_new, leave_queue
from conversations.domain.customer import CLOSED, Conversation, Customer
from conversations.domain.desk import Desk
from conversations.domain.places import ConversationPlace, CustomerPlace, in_conversation
from conversations.domain.private import ActivityNoted
from conversations.domain.team import Team


def note_activity(place: ConversationPlace, last: datetime, desk: Desk, now: datetime) -> list[Event]:
    """Somebody writes. `last`: since when the conversation's own stream knows of nobody."""
    patience = desk.rules.close_after
    if patience is None or now - last < patience / 2:
        return []
    return [ActivityNoted(**place, noted_at=now)]


def close_silent(command: CloseSilent, place: ConversationPlace, customer: Customer, desk: Desk) -> list[Event]:
    """Nothing where somebody wrote after all, or where the rule is another one by now."""
    talk, patience = customer.conversations.get(command.conversation_id), desk.rules.close_after
    if talk is None or talk.state == CLOSED or patience is None or desk.connected is False:
        return []
    if command.now < talk.active_at + patience:
        return []
    return [
        *leave_queue(desk, place, "closed", command.now),
        ConversationClosed(**place, reason="inactivity", closed_at=command.now),
    ]


def may_go_on(talk: Conversation | None, written_at: datetime, desk: Desk) -> bool:
    """Whether what the customer wrote then goes on with what was closed, by the number's rule."""
    grace = desk.rules.reopen_within
    if talk is None or grace is None or talk.closed_at is None or talk.closed_as == "merged":
        return False
    return talk.state == CLOSED and written_at <= talk.closed_at + grace


def go_on(place: CustomerPlace, customer: Customer, desk: Desk, team: Team, now: datetime) -> list[Event]:
    """The last conversation is open again; whoever had it has it, if they still may."""
    if customer.last_id is None:
        return []
    talk = in_conversation(place, customer.last_id)
    facts: list[Event] = [ConversationReopened(**talk, reopened_at=now)]
    assignee = customer.conversations[customer.last_id].assignee
    if assignee is not None:
        why_not = team.ineligible(assignee)
        if why_not is None:
            return facts
        facts.append(ConversationUnassigned(**talk, user_id=assignee, reason=why_not, unassigned_at=now))
    return [*facts, *assign_new(talk, customer.owner_id, desk, team, now)]
