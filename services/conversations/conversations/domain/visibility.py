"""Who may see what happens while it happens (rule 15): the limits that every question has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from recado_events.conversations import ConversationAssigned, ConversationUnassigned, OfQuickReply, OfTeam
from recado_events.event import Event
from recado_events.ids import ConversationId, UserId

from conversations.commands import Person
from conversations.domain.team import ADMINISTRATOR, OWN, Grant, Team

Verdict = Literal["seen", "lost", "hidden"]
"""`lost`: it takes away from them a conversation that they saw until now."""


def person_now(person: Person, team: Team) -> Person | None:
    """What the organisation says of somebody holds over their token; None for one who may not come in any more."""
    user = team.users.get(person.user_id)
    if user is None:
        return person
    if not user.active:
        return None
    if user.role == ADMINISTRATOR:
        return person
    return replace(person, role="member", profile_id=user.profile_id)


def grant_now(person: Person, team: Team) -> Grant | None:
    """What somebody with such a token may see and do; None: nothing, or nothing any more."""
    now = person_now(person, team)
    return None if now is None else team.grant_of(now)


def is_everybodys(event: Event) -> bool:
    """Of the organisation itself, and of no customer: whoever was granted anything may see it, as in lists."""
    return isinstance(event, OfTeam | OfQuickReply)


def verdict(event: Event, user_id: UserId, scope: str, owners: Mapping[ConversationId, UserId | None]) -> Verdict:
    """`owners`: of all conversations of the customers that the event is about, once it has happened."""
    if scope != OWN or is_everybodys(event):
        return "seen"
    conversation_id = getattr(event, "conversation_id", None)
    if conversation_id is None:
        return "seen" if user_id in owners.values() else "hidden"
    if owners.get(conversation_id) == user_id:
        return "seen"
    return "lost" if whose_it_was(event) == user_id else "hidden"


def whose_it_was(event: Event) -> UserId | None:
    """Who had the conversation until this happened."""
    match event:
        case ConversationAssigned():
            return event.previous_user_id
        case ConversationUnassigned():
            return event.user_id
    return None
