"""What people did, beside what their profile allowed at that moment (rule 15).

Who is not registered acts by their token alone, which no log keeps: of them nothing is said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from recado_chassis.verifying.figures import Figure, none_of, told
from recado_events.conversations import (
    ConversationAssigned,
    ConversationClosed,
    ConversationOpened,
    ConversationRead,
    ConversationReopened,
    ConversationUnassigned,
    MessageReleased,
    MessageRequested,
    OfConversation,
    OfTeam,
    ReadReceiptReleased,
)
from recado_events.event import Event
from recado_events.ids import ConversationId, OrganisationId, UserId
from recado_events.refusal import Refusal

from conversations.adapters.postgres.verifying.facts import Facts
from conversations.commands import Person
from conversations.domain import team
from conversations.domain.team import Team


class Act(NamedTuple):
    conversation_id: ConversationId
    by: UserId
    is_change: bool = True


def figures(of: str, facts: Facts) -> Iterator[Figure]:
    judged = list(_judged(facts))
    yield told(of, "acts of registered people", len(judged))
    yield none_of(of, "acts beyond what a profile allowed", [act.conversation_id for act, may in judged if not may])


def _judged(facts: Facts) -> Iterator[tuple[Act, bool]]:
    teams: defaultdict[OrganisationId, Team] = defaultdict(Team)
    owners: dict[ConversationId, UserId | None] = {}
    for _, event, _ in facts.all:
        if isinstance(event, OfTeam):
            teams[event.organisation_id] = team.evolve(teams[event.organisation_id], event)
        elif isinstance(event, OfConversation):
            act = _act(event, owners)
            if act is not None and act.by in teams[event.organisation_id].users:
                yield act, _may(act, teams[event.organisation_id], owners.get(act.conversation_id))
            _own(event, owners)


def _own(event: Event, owners: dict[ConversationId, UserId | None]) -> None:
    """A conversation that the business began is there without an owner until somebody gets it."""
    match event:
        case ConversationOpened(initiated_by="business"):
            owners[event.conversation_id] = None
        case ConversationAssigned():
            owners[event.conversation_id] = event.user_id
        case ConversationUnassigned():
            owners[event.conversation_id] = None


def _act(event: Event, owners: Mapping[ConversationId, UserId | None]) -> Act | None:
    match event:
        case ConversationAssigned(assigned_by=by) if by is not None:
            began_it = event.user_id == by and owners.get(event.conversation_id, by) is None
            return None if began_it else Act(event.conversation_id, by)
        case MessageReleased(released_by=by) | ReadReceiptReleased(released_by=by) | MessageRequested(requested_by=by):
            return Act(event.conversation_id, by)
        case ConversationClosed(closed_by=by) | ConversationReopened(reopened_by=by) if by is not None:
            return Act(event.conversation_id, by)
        case ConversationRead():
            return Act(event.conversation_id, event.user_id, is_change=False)
    return None


def _may(act: Act, known: Team, owner: UserId | None) -> bool:
    user = known.users[act.by]
    check = known.check_may_change if act.is_change else known.check_may_view
    try:
        check(Person(act.by, user.role, user.profile_id), owner)
    except Refusal:
        return False
    return True
