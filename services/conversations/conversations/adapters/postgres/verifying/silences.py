"""Silence ends conversations where their number's rule says so: none too early, none minutes too late (rule 3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from recado_chassis.verifying.figures import Figure, none_of, told
from recado_events.conversations import (
    ConversationClosed,
    ConversationOpened,
    ConversationReopened,
    ConversationRulesChosen,
    MessageEchoed,
    MessageReceived,
    MessageReleased,
    MessageRequested,
    OfConversation,
    OfDesk,
)
from recado_events.ids import ConversationId, OrganisationId, PhoneNumberId

from conversations.adapters.postgres.verifying.facts import Facts
from conversations.domain import desk
from conversations.domain.desk import Desk
from conversations.domain.private import ActivityNoted, ChannelNoted

UNSEEN = timedelta(minutes=3)
"""The screen, by which conversations are chosen, may be so far behind what was written."""
GRACE = timedelta(minutes=10)
"""From the end of its silence to the moment when a conversation must be closed: 200 are, every 15 s."""
Place = tuple[OrganisationId, PhoneNumberId]


@dataclass(slots=True)
class _Talk:
    written_at: datetime
    """The last word, a customer's by Meta's clock."""
    came_at: datetime
    """When the last word came here."""
    noted_at: datetime
    """When it was last said that somebody writes, which ends silence for the screen too."""
    is_open: bool = True

    def hears(self, written_at: datetime, came_at: datetime) -> None:
        self.written_at, self.came_at = max(self.written_at, written_at), max(self.came_at, came_at)


@dataclass(slots=True)
class _House:
    desks: defaultdict[Place, Desk] = field(default_factory=lambda: defaultdict(Desk))
    since: dict[Place, datetime] = field(default_factory=dict)
    """When its rules were chosen, or it was connected."""
    talks: dict[ConversationId, _Talk] = field(default_factory=dict)
    places: dict[ConversationId, Place] = field(default_factory=dict)
    closed: int = 0
    early: list[ConversationId] = field(default_factory=list)


def figures(of: str, facts: Facts) -> Iterator[Figure]:
    house = _House()
    for _, event, _ in facts.all:
        if isinstance(event, OfConversation):
            _converse(house, (event.organisation_id, event.phone_number_id), event)
        elif isinstance(event, OfDesk):
            place = event.organisation_id, event.phone_number_id
            house.desks[place] = desk.evolve(house.desks[place], event)
            if isinstance(event, ConversationRulesChosen | ChannelNoted):
                house.since[place] = event.happened_at
    late = [talk for talk in house.talks if _is_late(house, talk, facts.now)]
    yield told(of, "conversations closed by silence", house.closed)
    yield none_of(of, "conversations closed by silence that was none, or too short", house.early)
    yield none_of(of, "conversations still open minutes after their silence should have ended them", late)


def _converse(house: _House, place: Place, event: OfConversation) -> None:
    at = event.happened_at
    if isinstance(event, ConversationOpened):
        house.talks[event.conversation_id], house.places[event.conversation_id] = _Talk(at, at, at), place
    talk = house.talks.get(event.conversation_id)
    if talk is None:
        return
    match event:
        case MessageReceived() | MessageEchoed():
            talk.hears(event.occurred_at, event.received_at)
        case MessageRequested():
            talk.hears(at, at)
        case MessageReleased(template=None, target_id=None):
            talk.hears(at, at)
        case ActivityNoted():
            talk.noted_at = max(talk.noted_at, at)
        case ConversationReopened():
            talk.is_open = True
            talk.hears(at, at)
        case ConversationClosed():
            talk.is_open = False
            if event.reason == "inactivity":
                house.closed += 1
                if not _was_silent(talk, house.desks[place].rules.close_after, at):
                    house.early.append(event.conversation_id)


def _was_silent(talk: _Talk, patience: timedelta | None, at: datetime) -> bool:
    """For all of the time; for half of it, where the last word had come only just before."""
    if patience is None or at - talk.came_at < patience / 2:
        return False
    return at - talk.written_at >= patience or at - talk.came_at <= UNSEEN


def _is_late(house: _House, conversation: ConversationId, now: datetime) -> bool:
    talk, place = house.talks[conversation], house.places[conversation]
    known, since = house.desks[place], house.since.get(place)
    if not talk.is_open or known.connected is False or known.rules.close_after is None or since is None:
        return False
    return now > max(max(talk.written_at, talk.noted_at) + known.rules.close_after, since) + GRACE
