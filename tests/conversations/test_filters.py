"""Rule 35: filters of lists beside a brute-force evaluation of the same conversations (rows in `screen.py`)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import combinations
from typing import Any
from uuid import UUID

import psycopg
import pytest
from conversations.adapters.postgres.conditions import LOST
from conversations.adapters.postgres.listing import USUAL, Effort
from conversations.domain.message import is_lost
from conversations.views import Filters, Viewer
from conversations.views.filters import CLOSING, STATES
from conversations.views.words import number_in, spellings_of, words_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from recado_events.ids import OrganisationId

from tests.conversations.chatter import DAY, NUMBERS, Chatter, Sale, Talk, weeks
from tests.conversations.conftest import PREPARED
from tests.conversations.screen import Screen
from tests.harness.on_memory import NOON, ORGANISATION
from tests.servers.database_factory import DatabaseFactory

HARDLY = Effort(few=3, looked_at=5, looked_into=4)
"""So little that every way of looking is taken among few conversations."""
TEXTS = (
    "joao",
    "JOÃO",
    "joão per",
    "orcamento",
    "45 orçamento",
    "amanha",
    "jo",
    "dia",
    "bom d",
    "98765",
    "55119",
    "李",
)
TALKS = weeks(35, 60)
FOREIGN = weeks(36, 20, OrganisationId(UUID(int=ORGANISATION.int ^ 0xFFFFFF)))
CONTACTS = sorted(TALKS.contact_names)


@pytest.fixture
def screen(database: DatabaseFactory) -> Iterator[Screen]:
    screen = Screen(database(PREPARED))
    screen.tells(*TALKS.events)
    screen.tells(*FOREIGN.events)
    screen.folds([3, 50, 1, 200])
    yield screen
    screen.close()


def flag() -> st.SearchStrategy[bool | None]:
    return st.sampled_from((None, None, True, False))


def several(*values: object) -> st.SearchStrategy[tuple[object, ...]]:
    return st.one_of(st.just(()), st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple))


TIMES = st.one_of(st.none(), st.integers(0, 20 * 24).map(lambda hours: NOON - timedelta(hours=hours)))
FILTERS = st.builds(
    Filters,
    view=st.sampled_from(("all", "all", "mine", "unassigned", "awaiting", "closed")),
    states=several(*STATES),
    owners=several(*TALKS.users),
    unassigned=flag(),
    unread=flag(),
    channels=several(*NUMBERS),
    windows=several("open", "closing", "closed"),
    active_from=TIMES,
    active_until=TIMES,
    opened_from=TIMES,
    opened_until=TIMES,
    contact_id=st.one_of(st.none(), st.none(), st.sampled_from(CONTACTS)),
    company_id=st.sampled_from((None, None, *TALKS.companies, *FOREIGN.companies)),
    stages=several(*TALKS.stages, *FOREIGN.stages[:1]),
    failed=flag(),
    text=st.one_of(st.none(), st.sampled_from(TEXTS)),
)
ONE_AT_A_TIME = st.one_of(*[
    st.builds(Filters, **{name: strategy})
    for name, strategy in {
        "view": st.sampled_from(("mine", "unassigned", "awaiting", "closed")),
        "states": several(*STATES), "owners": several(*TALKS.users), "unassigned": flag(), "unread": flag(),
        "channels": several(*NUMBERS), "windows": several("open", "closing", "closed"), "active_from": TIMES,
        "active_until": TIMES, "opened_from": TIMES, "opened_until": TIMES, "contact_id": st.sampled_from(CONTACTS),
        "company_id": st.sampled_from(TALKS.companies), "stages": several(*TALKS.stages),
        "failed": flag(), "text": st.sampled_from(TEXTS),
    }.items()
])  # fmt: skip


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    filters=st.one_of(FILTERS, ONE_AT_A_TIME),
    user=st.integers(0, 2),
    own=st.booleans(),
    effort=st.sampled_from((USUAL, HARDLY)),
)
def test_rule_35_every_combination_of_filters_is_what_brute_force_finds(
    screen: Screen, filters: Filters, user: int, own: bool, effort: Effort
) -> None:
    viewer = Viewer(ORGANISATION, TALKS.users[user], own)
    fitting = [talk for talk in TALKS.talks.values() if fits(TALKS, viewer, filters, talk)]
    fitting.sort(key=lambda talk: (talk.last_at, talk.conversation_id), reverse=True)

    found = screen.lists(viewer, filters, NOON, effort=effort)

    assert found == [talk.conversation_id for talk in fitting]


def fits(chatter: Chatter, viewer: Viewer, filters: Filters, talk: Talk) -> bool:
    return all([
        not viewer.own_only or talk.assignee == viewer.user_id,
        _in_view(filters.view, viewer, talk),
        not filters.states or talk.state in filters.states,
        not filters.owners or talk.assignee in filters.owners,
        filters.unassigned is None or (talk.assignee is None) == filters.unassigned,
        filters.unread is None or (chatter.unread(viewer.user_id, talk) > 0) == filters.unread,  # type: ignore[arg-type]
        not filters.channels or talk.number in filters.channels,
        not filters.windows or any(_window(chatter, talk, window) for window in filters.windows),
        filters.active_from is None or talk.last_at >= filters.active_from,
        filters.active_until is None or talk.last_at < filters.active_until,
        filters.opened_from is None or talk.opened_at >= filters.opened_from,
        filters.opened_until is None or talk.opened_at < filters.opened_until,
        filters.contact_id is None or chatter.people[talk.customer_id].contact_id == chatter.met_as(filters.contact_id),
        filters.company_id is None or filters.company_id in chatter.companies_of(chatter.people[talk.customer_id]),
        not filters.stages or any(_sells(chatter, viewer, talk, sale, filters.stages) for sale in chatter.sales),
        filters.failed is None or talk.failed == filters.failed,
        filters.text is None or _says(chatter, talk, filters.text),
    ])  # fmt: skip


def _in_view(view: str, viewer: Viewer, talk: Talk) -> bool:
    return {
        "all": True,
        "mine": talk.assignee == viewer.user_id,
        "unassigned": talk.assignee is None and talk.state != "closed",
        "awaiting": talk.state == "awaiting_reply",
        "closed": talk.state == "closed",
    }[view]


def _window(chatter: Chatter, talk: Talk, window: str) -> bool:
    closes_at = chatter.people[talk.customer_id].closes_at
    is_open = closes_at is not None and closes_at > NOON
    if window == "closing":
        return is_open and closes_at is not None and closes_at <= NOON + CLOSING
    return is_open == (window == "open")


def _sells(chatter: Chatter, viewer: Viewer, talk: Talk, sale: Sale, stages: tuple[UUID, ...]) -> bool:
    contact_id = chatter.people[talk.customer_id].contact_id
    is_theirs = contact_id is not None and chatter.met_as(sale.contact_id) == contact_id
    concerns = sale.conversation_id == talk.conversation_id or is_theirs
    return bool(concerns and sale.stage_id in stages and (not viewer.own_only or sale.owner_id == viewer.user_id))


def _says(chatter: Chatter, talk: Talk, text: str) -> bool:
    person, number = chatter.people[talk.customer_id], number_in(text)
    said = [each.text for each in talk.said if not each.revoked]
    places = [words_of(person.name, person.username), words_of(chatter.contact_name(person)), *map(words_of, said)]
    return any(_holds(words, words_of(text)) for words in places) or (
        number is not None and any(number in spelling for spelling in spellings_of(person.wa_id))
    )


def _holds(words: list[str], sought: list[str]) -> bool:
    last = sought[-1]
    ends = any(word.startswith(last) for word in words) if len(last) >= 3 else last in words
    return ends and all(word in words for word in sought[:-1])


def test_rule_17_every_row_shows_the_readers_own_count(screen: Screen) -> None:
    for user in TALKS.users:
        shown = {row["conversation_id"]: row["unread"] for row in screen.rows(_viewer(user), Filters(), NOON)}
        assert shown == {talk.conversation_id: TALKS.unread(user, talk) for talk in TALKS.talks.values()}


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 999),
    limit=st.integers(1, 9),
    filters=st.sampled_from(
        (Filters(), Filters(), Filters(states=("open",)), Filters(text="dia"), Filters(view="mine"))
    ),
    effort=st.sampled_from((USUAL, HARDLY)),
)
def test_cursors_are_stable_while_messages_arrive(
    screen: Screen, seed: int, limit: int, filters: Filters, effort: Effort
) -> None:
    """What stays where it is, is shown once; what moves up meanwhile is never shown twice."""
    screen.empties()
    chatter = weeks(seed, 25)
    viewer = _viewer(chatter.users[0])
    screen.tells(*chatter.events)
    screen.folds()
    fitting = {each.conversation_id for each in chatter.talks.values() if fits(chatter, viewer, filters, each)}
    told, moved, seen = len(chatter.events), set(), []
    for number, row in enumerate(screen.rows(viewer, filters, NOON, limit=limit, effort=effort)):
        seen.append(row["conversation_id"])
        talk = chatter.random.choice(list(chatter.talks.values()))
        moved.add(talk.conversation_id)
        chatter.writes(talk, NOON + timedelta(minutes=number))
        screen.tells(*chatter.events[told:])
        screen.folds()
        told = len(chatter.events)
    assert len(seen) == len(set(seen))
    assert set(seen) >= fitting - moved


def test_is_lost_is_the_same_in_sql_and_in_the_rules(screen: Screen) -> None:
    words = [
        "accepted",
        "sent",
        "delivered",
        "read",
        "failed",
        "rejected",
        "unknown",
        "withdrawn",
        "refused",
        "released",
    ]
    told = [list(some) for size in range(len(words) + 1) for some in combinations(words, size)]
    query = f"SELECT {LOST} FROM (SELECT string_to_array(told, ' ') AS words FROM unnest(%s::text[]) told) AS each"
    found = screen.connection.execute(query.encode(), [[" ".join(some) for some in told]]).fetchall()
    assert [lost for (lost,) in found] == [is_lost(set(some)) for some in told]


@pytest.mark.parametrize(
    "filters",
    [
        Filters(), *[Filters(view=view) for view in ("mine", "unassigned", "awaiting", "closed")],
        Filters(states=("closed", "open")), Filters(owners=tuple(TALKS.users[:1])), Filters(unassigned=True),
        Filters(unread=True), Filters(channels=NUMBERS[:1]), Filters(windows=("closing",)),
        Filters(active_from=NOON - DAY), Filters(opened_until=NOON - DAY), Filters(contact_id=CONTACTS[0]),
        Filters(company_id=TALKS.companies[0]), Filters(stages=tuple(TALKS.stages[:2])), Filters(failed=True),
        Filters(failed=False), Filters(text="joao"), Filters(text="98765"), Filters(text="dia"),
    ],
    ids=str,
)  # fmt: skip
def test_no_list_filter_counter_or_search_reads_a_whole_table(screen: Screen, filters: Filters) -> None:
    """Told by PostgreSQL itself, of the statements as they are asked."""
    before = _whole_reads(screen.connection)
    for own in (False, True):
        viewer = Viewer(ORGANISATION, TALKS.users[0], own)
        for effort in (USUAL, HARDLY):
            screen.lists(viewer, filters, NOON, effort=effort)
        screen.questions().badge(viewer)
        screen.questions().saved_views_of(viewer)
    assert _whole_reads(screen.connection) == before


def test_bad_input_89_a_connection_keeps_nothing_that_was_set_for_a_question_that_failed(screen: Screen) -> None:
    names = ("enable_seqscan", "enable_hashjoin", "jit", "transaction_isolation", "transaction_read_only")
    before = [screen.connection.execute(f"SHOW {name}".encode()).fetchone() for name in names]
    with pytest.raises(psycopg.DataError):
        screen.questions().conversations_of(_viewer(TALKS.users[0]), Filters(), NOON, None, -1)
    assert [screen.connection.execute(f"SHOW {name}".encode()).fetchone() for name in names] == before


def _whole_reads(connection: psycopg.Connection[Any]) -> dict[str, int]:
    connection.execute("SELECT pg_stat_force_next_flush()")
    connection.execute("SELECT pg_stat_clear_snapshot()")
    query = "SELECT relname, seq_scan FROM pg_stat_user_tables WHERE schemaname = 'view_inbox'"
    return dict(connection.execute(query).fetchall())


def _viewer(user: UUID) -> Viewer:
    return Viewer(ORGANISATION, user, own_only=False)
