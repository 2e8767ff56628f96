"""Rule 17: counters are exact for every user, whatever happens in whatever order and however it falls into pages."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest
from conversations.adapters.postgres import INBOX
from conversations.views import Filters, Viewer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from recado_chassis.following.rebuild import digest

from tests.conversations.chatter import Chatter
from tests.conversations.conftest import PREPARED
from tests.conversations.screen import Screen
from tests.harness.on_memory import NOON, ORGANISATION
from tests.servers.database_factory import DatabaseFactory

WHAT = ("open", "write", "write", "write", "read", "assign", "answer", "close")
STEPS = st.lists(st.tuples(st.sampled_from(WHAT), st.integers(0, 99)), max_size=40)
PAGES = st.lists(st.integers(1, 9), max_size=30)


@pytest.fixture
def screen(database: DatabaseFactory) -> Iterator[Screen]:
    screen = Screen(database(PREPARED))
    yield screen
    screen.close()


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, pages=PAGES)
def test_rule_17_any_interleaving_in_any_pages_equals_a_recount(
    screen: Screen, steps: list[tuple[str, int]], pages: list[int]
) -> None:
    chatter = happened(steps)
    screen.empties()
    screen.tells(*chatter.events)
    screen.folds(pages)
    for user in chatter.users:
        counted = {talk.conversation_id: chatter.unread(user, talk) for talk in chatter.talks.values()}
        own = [talk.conversation_id for talk in chatter.talks.values() if talk.assignee == user]
        everywhere, own_only = (Viewer(ORGANISATION, user, limited) for limited in (False, True))
        assert {row["conversation_id"]: row["unread"] for row in screen.rows(everywhere, Filters(), NOON)} == counted
        assert screen.questions().badge(everywhere) == sum(counted.values())
        assert screen.questions().badge(own_only) == sum(counted[talk] for talk in own)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, pages=PAGES)
def test_d1_the_same_rows_however_the_log_falls_into_pages(
    screen: Screen, steps: list[tuple[str, int]], pages: list[int]
) -> None:
    events, found = happened(steps).events, set()
    for sizes in (pages, []):
        screen.empties()
        screen.tells(*events)
        screen.folds(sizes)
        found.add(digest(screen.dsn, INBOX))
    assert len(found) == 1


def happened(steps: list[tuple[str, int]]) -> Chatter:
    """`steps`: what, and a number that says with whom."""
    chatter = Chatter(Random(17))
    for what, which in [("open", 0), *steps]:
        talks = list(chatter.talks.values())
        talk = talks[which % len(talks)] if talks else None
        user = chatter.users[which % len(chatter.users)]
        if what == "open" or talk is None:
            chatter.opens(chatter.meets(), NOON)
        elif what == "write":
            chatter.writes(talk, NOON)
        elif what == "answer":
            chatter.answers(talk, NOON)
        elif what == "assign" and talk.assignee != user:
            chatter.assigns(talk, user)
        elif what == "close":
            chatter.closes(talk)
        elif what == "read" and (received := [said for said in talk.said if said.direction == "in"]):
            chatter.reads(user, talk, received[which % len(received)])
    return chatter
