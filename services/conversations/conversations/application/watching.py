"""Open screens: what they are told, and what is asked of the views for all of them together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

from recado_events.event import Event
from recado_events.ids import ConversationId, CustomerId, OrganisationId, UserId

from conversations.commands import Person
from conversations.domain.noted import ContactSupersededNoted
from conversations.domain.team import OWN, Grant
from conversations.views.live import Cut
from conversations.views.questions import Viewer

Owners = dict[CustomerId, dict[ConversationId, UserId | None]]
"""Of every conversation of some customers."""


class Told(NamedTuple):
    """An event of one organisation where it stands in the log."""

    event: Event
    stream: str
    version: int
    position: int


class News(NamedTuple):
    """For one screen. `lost`: what it has not shown yet of that conversation it may not show any more; `all` of it."""

    position: int
    about: Cut | Grant | None
    """None: its user may see nothing any more."""
    conversation_id: ConversationId | None = None
    lost: Literal["conversation", "all"] | None = None


class Counts(NamedTuple):
    """As the lists have them at this moment."""

    badges: Mapping[Viewer, int]
    unread: Mapping[tuple[UserId, ConversationId], int]


class Watched(Protocol):
    """What is asked of the views for all screens together."""

    def owners_of(self, customers: Iterable[CustomerId], position: int) -> Owners:
        """As they were at that position of the log, which the views have come to."""
        ...

    def counts(self, viewers: Iterable[Viewer], pairs: Iterable[tuple[UserId, ConversationId]]) -> Counts: ...


class Watcher:
    """One open screen. Its grant is what its user may see by the last event that its room has taken."""

    def __init__(self, organisation_id: OrganisationId, person: Person) -> None:
        self.organisation_id = organisation_id
        self.person = person
        self.grant: Grant | None = None

    @property
    def user_id(self) -> UserId:
        return self.person.user_id

    @property
    def viewer(self) -> Viewer:
        return Viewer(self.organisation_id, self.user_id, self.grant is not None and self.grant.scope == OWN)


@dataclass(frozen=True, slots=True)
class Moved:
    """Counters that are to be told to each of them."""

    conversations: Mapping[Watcher, set[ConversationId]]
    viewers: Mapping[Watcher, Viewer]

    def pairs(self) -> set[tuple[UserId, ConversationId]]:
        return {(each.user_id, conversation) for each, found in self.conversations.items() for conversation in found}

    def told(self, watcher: Watcher, counts: Counts) -> tuple[int, dict[ConversationId, int]]:
        """The badge, and what is unread in the conversations whose counter moved."""
        found = {each: counts.unread[watcher.user_id, each] for each in self.conversations[watcher]}
        return counts.badges[self.viewers[watcher]], found


def seen_as(news: News, judged: Literal["seen", "lost", "hidden"]) -> News | None:
    if judged == "lost":
        gone = Cut("conversation", {"type": "conversation-lost", "conversation_id": str(news.conversation_id)})
        return news._replace(about=gone, lost="conversation")
    return news if judged == "seen" else None


def customers_of(event: Event) -> tuple[CustomerId, ...]:
    """Whom an event is about."""
    if isinstance(event, ContactSupersededNoted):
        return event.customers
    found: CustomerId | None = getattr(event, "customer_id", None)
    return () if found is None else (found,)


def owners_among(owners: Owners, event: Event) -> Mapping[ConversationId, UserId | None]:
    """Of the conversations of those whom an event is about."""
    named = customers_of(event)
    if len(named) == 1:
        return owners.get(named[0], {})
    return {talk: owner for each in named for talk, owner in owners.get(each, {}).items()}
