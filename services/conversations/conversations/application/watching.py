"""One organisation's open screens: what each of them is told of what happens, in the log's order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple, Protocol

from recado_chassis.streams import Streams
from recado_events.conversations import ConversationAssigned, ConversationRead, MessageReceived
from recado_events.event import Event
from recado_events.ids import ConversationId, CustomerId, OrganisationId, UserId

from conversations.application.scene import FOLDS
from conversations.commands import Person
from conversations.domain import team
from conversations.domain.refusals import NoPermission
from conversations.domain.team import OWN, Grant, Team
from conversations.domain.visibility import grant_now, verdict
from conversations.views.live import Cut, cut
from conversations.views.questions import Viewer

Owners = dict[CustomerId, dict[ConversationId, UserId | None]]
"""Of every conversation of some customers."""
_MOST_OWNERS = 50_000
"""Customers whose owners are remembered; they can be asked for again at any position."""


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

    badges: Mapping[UserId, int]
    unread: Mapping[tuple[UserId, ConversationId], int]


class Moved(NamedTuple):
    """Counters that are to be told."""

    watchers: Sequence[Watcher]
    viewers: set[Viewer]
    conversations: Mapping[UserId, set[ConversationId]]

    def pairs(self) -> list[tuple[UserId, ConversationId]]:
        return [(user, conversation) for user, found in self.conversations.items() for conversation in found]

    def told(self, watcher: Watcher, counts: Counts) -> tuple[int, dict[ConversationId, int]]:
        """The badge, and what is unread in the conversations whose counter moved."""
        user = watcher.user_id
        return counts.badges[user], {each: counts.unread[user, each] for each in self.conversations[user]}


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


class Room:
    """Takes the organisation's events one by one. For one thread at a time."""

    def __init__(self, stream: str, known: Team, version: int) -> None:
        """`stream` is the team's, known up to `version`."""
        self.stream = stream
        self._team = known
        self._version = version
        self._everything: dict[Watcher, None] = {}
        self._own: dict[UserId, dict[Watcher, None]] = {}
        self.owners: Owners = {}
        self.moved: dict[UserId, set[ConversationId]] = defaultdict(set)
        """Whose counters moved, and of which conversations; `take_moved` takes them away."""

    @property
    def is_empty(self) -> bool:
        return not self._everything and not self._own

    def watchers(self) -> list[Watcher]:
        return [*self._everything, *(each for own in self._own.values() for each in own)]

    def admit(self, watcher: Watcher) -> None:
        """Raises NoPermission for whoever may see nothing."""
        watcher.grant = grant_now(watcher.person, self._team)
        if watcher.grant is None:
            raise NoPermission
        self._place(watcher, watcher.grant)

    def leave(self, watcher: Watcher) -> None:
        self._remove(watcher)
        if not self._own:
            # Nobody follows who owns what: it is asked for when somebody needs it.
            self.owners.clear()

    def _remove(self, watcher: Watcher) -> None:
        self._everything.pop(watcher, None)
        own = self._own.get(watcher.user_id, {})
        own.pop(watcher, None)
        if not own:
            self._own.pop(watcher.user_id, None)

    def _place(self, watcher: Watcher, grant: Grant) -> None:
        place = self._own.setdefault(watcher.user_id, {}) if grant.scope == OWN else self._everything
        place[watcher] = None

    # Owners --------------------------------------------------------------------------------------

    def unknown(self, page: Sequence[Told]) -> set[CustomerId]:
        """Customers of these events whose owners must be told (`learn`), as they were before, to take them."""
        if not self._own and not any(told.stream == self.stream for told in page):
            return set()
        named = {customer for told in page if (customer := customer_of(told.event)) is not None}
        return named - self.owners.keys()

    def learn(self, owners: Owners) -> None:
        if len(self.owners) > _MOST_OWNERS:
            self.owners.clear()
        self.owners.update(owners)

    # Events --------------------------------------------------------------------------------------

    def take(self, told: Told) -> Iterator[tuple[Watcher, News]]:
        if told.stream == self.stream:
            if told.version > self._version:
                self._version = told.version
                self._team = team.evolve(self._team, told.event)
                yield from self._granted_anew(told.position)
            return
        event, customer = told.event, customer_of(told.event)
        if customer is None:
            return
        if isinstance(event, ConversationAssigned) and (self._own or customer in self.owners):
            self.owners.setdefault(customer, {})[event.conversation_id] = event.user_id
        owners = self.owners.get(customer, {})
        self._count(event, owners)
        shown = cut(event)
        if shown is not None:
            yield from self._shown(event, owners, shown, told.position)

    def _shown(
        self, event: Event, owners: Mapping[ConversationId, UserId | None], shown: Cut, position: int
    ) -> Iterator[tuple[Watcher, News]]:
        conversation_id: ConversationId | None = getattr(event, "conversation_id", None)
        news = News(position, shown, conversation_id)
        for watcher in self._everything:
            yield watcher, news
        for user_id in self._concerned(event, owners):
            told = seen_as(news, verdict(event, user_id, OWN, owners))
            if told is not None:
                yield from ((watcher, told) for watcher in self._own[user_id])

    def _concerned(self, event: Event, owners: Mapping[ConversationId, UserId | None]) -> list[UserId]:
        """Of those who see only what is theirs: all who may see this, or see the last of it."""
        before = event.previous_user_id if isinstance(event, ConversationAssigned) else None
        return [user_id for user_id in {*owners.values(), before} if user_id is not None and user_id in self._own]

    def _count(self, event: Event, owners: Mapping[ConversationId, UserId | None]) -> None:
        match event:
            case MessageReceived():
                for watcher in self._everything:
                    self.moved[watcher.user_id].add(event.conversation_id)
                owner = owners.get(event.conversation_id)
                if owner is not None and owner in self._own:
                    self.moved[owner].add(event.conversation_id)
            case ConversationRead():
                is_shown = event.user_id not in self._own or owners.get(event.conversation_id) == event.user_id
                self.moved[event.user_id].update({event.conversation_id} if is_shown else ())
            case ConversationAssigned():
                if event.user_id in self._own:
                    self.moved[event.user_id].add(event.conversation_id)
                if event.previous_user_id is not None and event.previous_user_id in self._own:
                    self.moved[event.previous_user_id].discard(event.conversation_id)

    def take_moved(self) -> Moved:
        """Of those who look."""
        watchers = [each for each in self.watchers() if each.user_id in self.moved]
        conversations = {each.user_id: self.moved[each.user_id] for each in watchers}
        self.moved = defaultdict(set)
        return Moved(watchers, {each.viewer for each in watchers}, conversations)

    def put_back(self, moved: Moved) -> None:
        """To be told later."""
        for user_id, conversations in moved.conversations.items():
            self.moved[user_id] |= conversations

    def _granted_anew(self, position: int) -> Iterator[tuple[Watcher, News]]:
        for watcher in self.watchers():
            before, now = watcher.grant, grant_now(watcher.person, self._team)
            if now == before:
                continue
            self._remove(watcher)
            watcher.grant = now
            if now is not None:
                self._place(watcher, now)
                self.moved[watcher.user_id].clear()
            yield watcher, News(position, now, lost="all")


def seen_as(news: News, judged: Literal["seen", "lost", "hidden"]) -> News | None:
    if judged == "lost":
        gone = Cut("conversation", {"type": "conversation-lost", "conversation_id": str(news.conversation_id)})
        return news._replace(about=gone, lost="conversation")
    return news if judged == "seen" else None


def customer_of(event: Event) -> CustomerId | None:
    found: CustomerId | None = getattr(event, "customer_id", None)
    return found


def room_of(streams: Streams, organisation_id: OrganisationId) -> Room:
    """With the team as it is now, and nobody in it. Raises Unavailable."""
    stream = f"team-{organisation_id}"
    with streams.store.session() as session:
        work = streams.work(session)
        known: Team = work.state(stream, FOLDS["team"])
        return Room(stream, known, work.changes.expected[stream])
