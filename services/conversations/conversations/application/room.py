"""The room of one organisation's open screens: it takes what happens event by event, and says who is told of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from recado_chassis.streams import Streams
from recado_events.conversations import ConversationAssigned, ConversationRead, ConversationUnassigned, MessageReceived
from recado_events.event import Event
from recado_events.ids import ConversationId, CustomerId, OrganisationId, UserId

from conversations.application.scene import FOLDS
from conversations.application.watching import Moved, News, Owners, Told, Watcher, customers_of, owners_among, seen_as
from conversations.domain import team
from conversations.domain.refusals import NoPermission
from conversations.domain.team import OWN, Grant, Team
from conversations.domain.visibility import grant_now, is_everybodys, verdict, whose_it_was
from conversations.views.live import Cut, cut

_MOST_OWNERS = 50_000
"""Customers whose owners are remembered; they can be asked for again at any position."""


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
        self.moved: dict[Watcher, set[ConversationId]] = defaultdict(set)
        """For whom counters moved, and of which conversations; `take_moved` takes them away."""

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
        if len(self.owners) > _MOST_OWNERS:
            # Here and not later: a page is taken with the owners of everybody whom it names.
            self.owners.clear()
        named = {customer for told in page for customer in customers_of(told.event)}
        return named - self.owners.keys()

    def learn(self, owners: Owners) -> None:
        self.owners.update(owners)

    # Events --------------------------------------------------------------------------------------

    def take(self, told: Told) -> Iterator[tuple[Watcher, News]]:
        event = told.event
        if told.stream == self.stream and told.version > self._version:
            self._version = told.version
            self._team = team.evolve(self._team, event)
            yield from self._granted_anew(told.position)
        if isinstance(event, ConversationAssigned) and (self._own or event.customer_id in self.owners):
            self.owners.setdefault(event.customer_id, {})[event.conversation_id] = event.user_id
        if isinstance(event, ConversationUnassigned) and event.customer_id in self.owners:
            self.owners[event.customer_id][event.conversation_id] = None
        owners = owners_among(self.owners, event)
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
        if is_everybodys(event):
            return list(self._own)
        before = whose_it_was(event)
        return [user_id for user_id in {*owners.values(), before} if user_id is not None and user_id in self._own]

    def _count(self, event: Event, owners: Mapping[ConversationId, UserId | None]) -> None:
        match event:
            case MessageReceived():
                for watcher in (*self._everything, *self._owners_of(event.conversation_id, owners)):
                    self.moved[watcher].add(event.conversation_id)
            case ConversationRead():
                for watcher in (*self._everything, *self._owners_of(event.conversation_id, owners)):
                    if watcher.user_id == event.user_id:
                        self.moved[watcher].add(event.conversation_id)
            case ConversationAssigned():
                for watcher in self._own.get(event.user_id, ()):
                    self.moved[watcher].add(event.conversation_id)
                if event.previous_user_id != event.user_id:
                    self._forget(event.conversation_id, event.previous_user_id)
            case ConversationUnassigned():
                self._forget(event.conversation_id, event.user_id)

    def _forget(self, conversation_id: ConversationId, user_id: UserId | None) -> None:
        """It is theirs no more."""
        for watcher in () if user_id is None else self._own.get(user_id, ()):
            self.moved[watcher].discard(conversation_id)

    def _owners_of(
        self, conversation_id: ConversationId, owners: Mapping[ConversationId, UserId | None]
    ) -> Iterable[Watcher]:
        """Of those who see only what is theirs."""
        owner = owners.get(conversation_id)
        return () if owner is None else self._own.get(owner, ())

    def take_moved(self) -> Moved:
        """Of those who still look."""
        here = {each: self.moved[each] for each in self.watchers() if each in self.moved}
        self.moved = defaultdict(set)
        return Moved(here, {each: each.viewer for each in here})

    def put_back(self, moved: Moved) -> None:
        """To be told later."""
        for watcher, conversations in moved.conversations.items():
            self.moved[watcher] |= conversations

    def _granted_anew(self, position: int) -> Iterator[tuple[Watcher, News]]:
        for watcher in self.watchers():
            before, now = watcher.grant, grant_now(watcher.person, self._team)
            if now == before:
                continue
            self._remove(watcher)
            watcher.grant = now
            if now is not None:
                self._place(watcher, now)
                self.moved[watcher].clear()
            yield watcher, News(position, now, lost="all")


def room_of(streams: Streams, organisation_id: OrganisationId) -> Room:
    """With the team as it is now, and nobody in it. Raises Unavailable."""
    stream = f"team-{organisation_id}"
    with streams.store.session() as session:
        work = streams.work(session)
        known: Team = work.state(stream, FOLDS["team"])
        return Room(stream, known, work.changes.expected[stream])
