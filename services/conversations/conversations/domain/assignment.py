"""Giving a conversation its owner: the contact's owner, else the rota, else the queue, drained oldest first."""

from __future__ import annotations

from datetime import datetime
from functools import reduce

from recado_events.conversations import (
    ConversationAssigned,
    ConversationDequeued,
    ConversationQueued,
    RotaTurnTaken,
)
from recado_events.event import Event
from recado_events.ids import OrganisationId, PhoneNumberId, UserId

from conversations.domain.desk import Desk, Turn, evolve, next_turn
from conversations.domain.places import ConversationPlace
from conversations.domain.private import DeskKnown, DrainBegun, DrainEnded
from conversations.domain.team import Team

AT_ONCE = 100
"""Conversations that one transaction gives away: everybody else of the service who writes waits for it."""


def assign_new(
    place: ConversationPlace,
    contact_owner: UserId | None,
    desk: Desk,
    team: Team,
    now: datetime,
) -> list[Event]:
    """A known contact's owner comes first and leaves the rota's pointer where it is (rule 12)."""
    if contact_owner is not None and team.ineligible(contact_owner) is None:
        return [_assigned(place, contact_owner, "contact_owner", now)]
    turn = next_turn(desk, team)
    if turn.user_id is None:
        return _wait(place, contact_owner, turn, desk, team, now)
    return _take_turn(place, turn.user_id, turn, desk, "rota", now)


def _assigned(place: ConversationPlace, user_id: UserId, how: str, now: datetime) -> Event:
    return ConversationAssigned(**place, user_id=user_id, how=how, assigned_at=now)


def _wait(
    place: ConversationPlace,
    contact_owner: UserId | None,
    turn: Turn,
    desk: Desk,
    team: Team,
    now: datetime,
) -> list[Event]:
    facts: list[Event] = []
    if place["phone_number_id"] not in team.desks:
        facts.append(
            DeskKnown(organisation_id=place["organisation_id"], phone_number_id=place["phone_number_id"], known_at=now)
        )
    if not is_waiting(desk, place):
        facts.append(ConversationQueued(**place, contact_owner_id=contact_owner, skipped=turn.skipped, queued_at=now))
    return facts


def _take_turn(
    place: ConversationPlace,
    user_id: UserId,
    turn: Turn,
    desk: Desk,
    how: str,
    now: datetime,
) -> list[Event]:
    return [
        RotaTurnTaken(
            **place,
            user_id=user_id,
            candidates=turn.candidates,
            skipped=turn.skipped,
            pointer_before=desk.pointer,
            pointer_after=turn.pointer_after,
            from_queue=how == "queue",
            taken_at=now,
        ),
        _assigned(place, user_id, how, now),
    ]


def drain(
    organisation_id: OrganisationId,
    phone_number_id: PhoneNumberId,
    desk: Desk,
    team: Team,
    now: datetime,
    most: int = AT_ONCE,
) -> list[Event]:
    """Who waited longest gets an owner while there is somebody eligible for them: their contact's owner, or the next
    of the rota. Where more could get one than `most`, workers go on with it."""
    facts: list[Event] = []
    left, goes_on = most, False
    is_somebody_on = next_turn(desk, team).user_id is not None
    for waiting in desk.queue.values():
        place = ConversationPlace(
            organisation_id=organisation_id,
            phone_number_id=phone_number_id,
            customer_id=waiting.customer_id,
            conversation_id=waiting.conversation_id,
        )
        taken = _leave_with_owner(place, waiting.contact_owner_id, desk, team, now, is_somebody_on=is_somebody_on)
        goes_on = bool(taken) and left == 0
        if goes_on:
            break
        left -= bool(taken)
        facts += taken
        desk = reduce(evolve, taken, desk)
    if goes_on and not desk.draining:
        facts.append(DrainBegun(organisation_id=organisation_id, phone_number_id=phone_number_id, begun_at=now))
    if desk.draining and not goes_on:
        facts.append(DrainEnded(organisation_id=organisation_id, phone_number_id=phone_number_id, ended_at=now))
    return facts


def _leave_with_owner(
    place: ConversationPlace, owner: UserId | None, desk: Desk, team: Team, now: datetime, *, is_somebody_on: bool
) -> list[Event]:
    """Nothing where nobody is eligible."""
    if owner is not None and team.ineligible(owner) is None:
        return [*leave_queue(desk, place, "contact_owner", now), _assigned(place, owner, "contact_owner", now)]
    turn = next_turn(desk, team) if is_somebody_on else None
    if turn is None or turn.user_id is None:
        return []
    return _take_turn(place, turn.user_id, turn, desk, "queue", now)


def is_waiting(desk: Desk, place: ConversationPlace) -> bool:
    return place["conversation_id"] in desk.queue


def leave_queue(desk: Desk, place: ConversationPlace, reason: str, now: datetime) -> list[Event]:
    return [ConversationDequeued(**place, reason=reason, dequeued_at=now)] if is_waiting(desk, place) else []
