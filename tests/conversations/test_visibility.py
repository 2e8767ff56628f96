"""Who is told of what: a room against a brute-force filter of the log by what everybody might see at the time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest
from conversations.adapters.live.screen import Bounds, Screen, item_of
from conversations.application import room as room_module
from conversations.application.room import Room, room_of
from conversations.application.scene import FOLDS
from conversations.application.watching import Counts, News, Owners, Told, Watched, Watcher
from conversations.commands import Person
from conversations.domain.refusals import NoPermission
from conversations.domain.team import Grant
from conversations.domain.visibility import grant_now, is_everybodys, verdict
from conversations.views.live import Cut, cut
from conversations.views.questions import Viewer
from hypothesis import given, settings
from hypothesis import strategies as st
from recado_chassis.ports import SystemClock
from recado_events import conversations as told
from recado_events.event import Event
from recado_events.ids import ConversationId, CustomerId, ProfileId, UserId
from recado_events.refusal import Refusal

from tests.conversations.living import DAY, Living
from tests.conversations.stage import ORGANISATION, PROFILE, Stage, number, user_alias

USERS = [UserId(UUID(int=place)) for place in range(1, 4)]
PROFILES = [PROFILE, ProfileId(UUID(int=99))]
CUSTOMERS = [number(f"551198765432{place}") for place in range(3)]

# A stage on which all that changes who may see what happens, in any order -------------------------

STEPS = st.one_of(
    st.tuples(st.just("writes"), st.sampled_from(CUSTOMERS)),
    st.tuples(st.just("writes"), st.sampled_from(CUSTOMERS), st.sampled_from([user_alias("BR.1"), user_alias("BR.2")])),
    st.tuples(st.just("goes"), st.sampled_from(USERS), st.booleans()),
    st.tuples(st.just("assigns"), st.integers(0, 5), st.sampled_from(USERS)),
    st.tuples(st.just("closes"), st.integers(0, 5)),
    st.tuples(st.just("reopens"), st.integers(0, 5)),
    st.tuples(st.just("replies"), st.integers(0, 5)),
    st.tuples(
        st.just("registers"), st.sampled_from(USERS), st.sampled_from([*PROFILES, None]), st.sampled_from([True, False])
    ),
    st.tuples(
        st.just("grants"),
        st.sampled_from(["view_reply", "view_only"]),
        st.sampled_from(["all", "own"]),
        st.sampled_from(PROFILES),
    ),
    st.tuples(st.just("withdraws"), st.sampled_from(PROFILES)),
)


def do(stage: Stage, step: Any) -> None:
    talks = [opened.conversation_id for opened in stage.facts(told.ConversationOpened)]
    what, *how = step
    if what in {"assigns", "closes", "reopens", "replies"}:
        if not talks:
            return
        how[0] = talks[how[0] % len(talks)]
    with suppress(Refusal):
        if what == "registers":
            user_id, profile, active = how
            stage.register(user_id, profile=profile, active=active)
        elif what == "grants":
            stage.grant(*how)
        else:
            getattr(stage, what)(*how)


class Log(Watched):
    """What the views would answer, read from the log by brute force."""

    def __init__(self, stage: Stage) -> None:
        self.told = [
            Told(stage.mapper.decode(row.state).event, row.stream, row.version, row.position or 0)
            for row in stage.store.read(0, 100_000)
        ]

    def owners_of(self, customers: Iterable[CustomerId], position: int) -> Owners:
        found: Owners = {customer: {} for customer in customers}
        for event in (each.event for each in self.told if each.position <= position):
            if isinstance(event, told.ConversationOpened) and event.customer_id in found:
                found[event.customer_id][event.conversation_id] = None
            if isinstance(event, told.ConversationAssigned) and event.customer_id in found:
                found[event.customer_id][event.conversation_id] = event.user_id
        return found

    def counts(self, viewers: Iterable[Viewer], pairs: Iterable[tuple[UserId, ConversationId]]) -> Counts:
        raise NotImplementedError


def followed(log: Log, rooms: Sequence[tuple[Room, int]], sizes: Sequence[int]) -> list[tuple[Watcher, News]]:
    """What the reader of the log does, with pages of these sizes."""
    found: list[tuple[Watcher, News]] = []
    for room, begins in rooms:
        rest, turn = [each for each in log.told if each.position > begins], 0
        while rest:
            size = sizes[turn % len(sizes)]
            page, rest, turn = rest[:size], rest[size:], turn + 1
            unknown = room.unknown(page)
            if unknown:
                room.learn(log.owners_of(unknown, page[0].position - 1))
            for each in page:
                found += room.take(each)
    return found


# The same, by brute force --------------------------------------------------------------------------


class Then:
    """Everything as of one position, folded from the log's beginning."""

    def __init__(self) -> None:
        self.users: dict[UserId, dict[str, Any]] = {}
        self.grants: dict[ProfileId, tuple[str, str]] = {}
        self.owners: dict[ConversationId, UserId] = {}
        self.of_customer: dict[CustomerId, set[ConversationId]] = {}

    def fold(self, event: Event) -> None:
        match event:
            case told.UserRegistered():
                self.users[event.user_id] = {"active": True, "profile": event.profile_id}
            case told.UserRoleAssigned():
                self.users[event.user_id]["profile"] = event.profile_id
            case told.UserActivated():
                self.users[event.user_id]["active"] = True
            case told.UserDeactivated():
                self.users[event.user_id]["active"] = False
            case told.ProfileGranted():
                self.grants[event.profile_id] = event.level, event.scope
            case told.ProfileGrantWithdrawn():
                del self.grants[event.profile_id]
            case told.ConversationAssigned():
                self.owners[event.conversation_id] = event.user_id
            case told.ConversationOpened():
                self.of_customer.setdefault(event.customer_id, set()).add(event.conversation_id)

    def grant(self, person: Person) -> tuple[str, str] | None:
        user = self.users.get(person.user_id, {"active": True, "profile": person.profile_id})
        return self.grants.get(user["profile"]) if user["active"] else None

    def owned(self, event: Event) -> UserId | None:
        return self.owners.get(getattr(event, "conversation_id", None))  # type: ignore[arg-type]

    def owners_with(self, event: Event) -> set[UserId | None]:
        """Of the conversation it is about, or of any of the customer's where it is about none."""
        if hasattr(event, "conversation_id"):
            return {self.owned(event)}
        customer = getattr(event, "customer_id", None)
        return {self.owners.get(talk) for talk in self.of_customer.get(customer, ())} if customer else set()


def expected(log: Log, person: Person, begins: int) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    then = Then()
    for event, position in ((each.event, each.position) for each in log.told):
        granted, owner = then.grant(person), then.owned(event)
        then.fold(event)
        now, shown = then.grant(person), cut(event)
        if position <= begins:
            continue
        if now != granted:
            found.append((position, "permission" if now else "ended"))
        if now is None:
            return found
        everybodys = is_everybodys(event) or now[1] == "all"
        if shown is not None and (everybodys or person.user_id in then.owners_with(event)):
            found.append((position, str(shown.data["type"])))
        elif shown is not None and owner == person.user_id:
            found.append((position, "conversation-lost"))
    return found


def name_of(news: News) -> str:
    if isinstance(news.about, Cut):
        return str(news.about.data["type"])
    return "permission" if isinstance(news.about, Grant) else "ended"


@given(
    before=st.lists(STEPS, max_size=8),
    later=st.lists(STEPS, max_size=12),
    sizes=st.lists(st.integers(1, 9), min_size=1),
)
@settings(max_examples=60)
def test_rule_15_what_a_stream_gives_is_the_log_filtered_by_the_grants_at_the_time(
    before: Sequence[Any], later: Sequence[Any], sizes: Sequence[int]
) -> None:
    stage = Stage()
    stage.grant("view_reply", "all")
    stage.grant("view_only", "own", PROFILES[1])
    for place, user in enumerate(USERS):
        stage.register(user, name=f"Agent {place}", profile=PROFILES[place % 2])
    stage.rota(USERS)
    for step in before:
        do(stage, step)
    begins = stage.store.end()
    room = room_of(stage.streams, ORGANISATION)
    screens = []
    for user in USERS:
        screen = Watcher(ORGANISATION, Person(user, "member", PROFILE))
        with suppress(NoPermission):
            room.admit(screen)
            screens.append(screen)
    for step in later:
        do(stage, step)
    log = Log(stage)
    given_to = followed(log, [(room, begins)], sizes)
    for screen in screens:
        found = [(news.position, name_of(news)) for watcher, news in given_to if watcher is screen]
        assert found == expected(log, screen.person, begins)


def test_rule_15_forgetting_owners_hides_nothing_of_the_page_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room_module, "_MOST_OWNERS", 1)
    stage = Stage()
    (ana,) = stage.agents(1)
    stage.grant("view_reply", "own")
    stage.rota([ana])
    for customer in CUSTOMERS:
        stage.writes(customer)
    begins = stage.store.end()
    room = room_of(stage.streams, ORGANISATION)
    screen = Watcher(ORGANISATION, Person(ana, "member", PROFILE))
    room.admit(screen)
    for customer in (*CUSTOMERS, *CUSTOMERS):
        stage.writes(customer)
    messages = [each.position for each in Log(stage).told if isinstance(each.event, told.MessageReceived)]
    given_to = followed(Log(stage), [(room, begins)], sizes=[2])
    told_of = [news.position for _, news in given_to if name_of(news) == "message-received"]
    assert told_of == [position for position in messages if position > begins]


@pytest.mark.parametrize("what", ["edits", "revokes", "reacts"])
def test_rule_15_what_concerns_a_message_is_told_to_the_owner_of_its_conversation(what: str) -> None:
    stage = Stage()
    yara, xico = stage.agents(2)
    stage.grant("view_reply", "own")
    stage.rota([yara, xico])
    stage.writes()
    (message,) = stage.facts(told.MessageReceived)
    stage.closes(message.conversation_id)
    stage.writes()
    begins = stage.store.end()
    room = room_of(stage.streams, ORGANISATION)
    screens = {user: Watcher(ORGANISATION, Person(user, "member", PROFILE)) for user in (yara, xico)}
    for screen in screens.values():
        room.admit(screen)
    {"edits": stage.customer_edits, "revokes": stage.customer_revokes, "reacts": stage.reacts}[what](message.message_id)
    about = [each for each in stage.facts(told.OfMessage) if getattr(each, "target_id", None) == message.message_id]
    assert [each.conversation_id for each in about] == [message.conversation_id]
    given_to = followed(Log(stage), [(room, begins)], sizes=[1])
    assert {watcher.user_id for watcher, news in given_to if name_of(news) in OF_A_MESSAGE} == {yara}


def test_rule_16_who_loses_a_conversation_that_goes_on_after_its_end_is_told_so() -> None:
    living = Living()
    ana, bruno = living.agents(2)
    living.rota([ana, bruno])
    told_of = told_to_who_may_reply_no_more(living, ana)
    assert living.facts(told.ConversationAssigned)[-1].user_id == bruno
    assert "conversation-lost" in told_of
    assert "message-received" not in told_of


def test_rule_16_who_loses_a_conversation_to_the_queue_is_told_so() -> None:
    living = Living()
    (ana,) = living.agents(1)
    living.rota([ana])
    told_of = told_to_who_may_reply_no_more(living, ana)
    assert [unassigned.user_id for unassigned in living.facts(told.ConversationUnassigned)] == [ana]
    assert len(living.facts(told.ConversationQueued)) == 1
    assert "conversation-lost" in told_of
    assert "message-received" not in told_of


def told_to_who_may_reply_no_more(living: Living, user: UserId) -> list[str]:
    """Their conversation ends, and its customer writes again."""
    living.rules(reopen_within=DAY)
    living.writes()
    living.closes(living.talk())
    living.grant("view_only", "own", PROFILES[1])
    living.register(user, profile=PROFILES[1])
    begins = living.store.end()
    room = room_of(living.streams, ORGANISATION)
    room.admit(Watcher(ORGANISATION, Person(user, "member", PROFILES[1])))
    living.writes()
    return [name_of(news) for _, news in followed(Log(living), [(room, begins)], sizes=[1])]


OF_A_MESSAGE = {"message-edited", "message-revoked", "reaction-received"}


# What a screen holds back --------------------------------------------------------------------------

ANA = Person(USERS[0], "member", PROFILE)


async def taken(screen: Screen) -> str:
    async def nothing() -> AsyncIterator[bytes]:
        for chunk in list[bytes]():
            yield chunk

    screen.end("stopping")
    return "".join([chunk.decode() async for chunk in screen.frames(nothing(), lambda: 0, SystemClock())])


def news(position: int, talk: int, **more: Any) -> News:
    return News(position, Cut("message", {"text": f"text {position}"}), ConversationId(UUID(int=talk)), **more)


async def test_rule_15_what_waits_of_a_lost_conversation_is_not_sent_any_more() -> None:
    screen = Screen(ORGANISATION, ANA, None, Bounds())
    screen.receive(item_of(each) for each in (news(1, 7), news(2, 8), news(3, 7), news(4, 7, lost="conversation")))
    told_of = await taken(screen)
    assert [f"text {place}" in told_of for place in (1, 2, 3, 4)] == [False, True, False, True]


async def test_rule_15_what_waits_is_not_sent_after_the_grant_has_gone() -> None:
    screen = Screen(ORGANISATION, ANA, None, Bounds())
    screen.receive(item_of(each) for each in (news(1, 7), News(2, None, lost="all"), news(3, 7)))
    told_of = await taken(screen)
    assert "text" not in told_of
    assert "permission_withdrawn" in told_of


@pytest.mark.parametrize("bounds", [Bounds(frames=3), Bounds(bytes=200)])
async def test_who_does_not_keep_up_is_cut_off_and_nothing_of_it_is_kept(bounds: Bounds) -> None:
    screen = Screen(ORGANISATION, ANA, None, bounds)
    for position in range(1, 100):
        screen.receive([item_of(news(position, 7))])
    told_of = await taken(screen)
    assert "text" not in told_of
    assert "too_slow" in told_of


async def test_what_was_seen_before_is_not_sent_again() -> None:
    screen = Screen(ORGANISATION, ANA, None, Bounds())
    screen.begin_after(2)
    screen.receive(item_of(news(place, 7)) for place in (1, 2, 3))
    told_of = await taken(screen)
    assert [f"text {place}" in told_of for place in (1, 2, 3)] == [False, False, True]


def test_rule_15_scope_own_sees_a_customer_through_a_conversation_of_ones_own() -> None:
    stage = Stage()
    stage.agents(1)
    stage.writes()
    (window,) = stage.facts(told.ServiceWindowOpened)
    mine, other = ConversationId(UUID(int=1)), ConversationId(UUID(int=2))
    assert verdict(window, USERS[0], "own", {mine: USERS[0], other: USERS[1]}) == "seen"
    assert verdict(window, USERS[2], "own", {mine: USERS[0], other: USERS[1]}) == "hidden"


def test_rule_15_administrators_see_all_until_they_are_made_members() -> None:
    stage = Stage()
    boss = Person(USERS[0], "administrator")
    assert grant_now(boss, room_team(stage)) == Grant("view_reply", "all")
    stage.register(USERS[0], profile=PROFILES[1])
    assert grant_now(boss, room_team(stage)) is None
    stage.grant("view_only", "own", PROFILES[1])
    assert grant_now(boss, room_team(stage)) == Grant("view_only", "own")


def room_team(stage: Stage) -> Any:
    return stage.streams.read(f"team-{ORGANISATION}", FOLDS["team"])


def test_every_event_that_a_screen_may_show_is_cut_without_what_is_not_for_it() -> None:
    stage = Stage()
    stage.agents(1)
    stage.writes(wamid="wamid.x")
    (message,) = stage.facts(told.MessageReceived)
    shown = cut(message)
    assert shown is not None
    assert shown.data["content"] == {"kind": "text", "body": "Olá!"}
    assert "wamid.x" not in str(shown)
    assert not {"organisation_id", "personal", "received_at"} & shown.data.keys()
