"""`recado verify` for counters and permissions: right where all is right, and each planted mistake is seen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from conversations.adapters.postgres.verifying import counters, permissions, rotas
from conversations.adapters.postgres.verifying.facts import Fact, Facts
from recado_chassis.verifying.figures import Figure
from recado_events import conversations as told
from recado_events.event import Event
from recado_events.ids import UserId

from tests.conversations.chatter import weeks
from tests.conversations.conftest import PREPARED
from tests.conversations.living import Living
from tests.conversations.screen import Screen
from tests.harness.on_memory import NOON, NUMBER, ORGANISATION
from tests.servers.database_factory import DatabaseFactory

TALKS = weeks(24, 25)
ANA, BIA, PROFILE, CUSTOMER, TALK, ANOTHER, MESSAGE = (UUID(int=number) for number in range(1, 8))
CHIEF = UserId(UUID(int=8))


RECEIVED_MORE = """
    UPDATE view_inbox.conversations SET received = received + 1;
    UPDATE view_inbox.counts SET received = (
        SELECT coalesce(sum(c.received), 0) FROM view_inbox.conversations c
        WHERE counts.user_id = coalesce(c.assignee, '00000000-0000-0000-0000-000000000000'))"""


def facts(*events: Event) -> Facts:
    return Facts([Fact(position, event) for position, event in enumerate(events, start=1)], NOON)


def differing(figures: Iterator[Figure]) -> list[str]:
    return [figure.name for figure in figures if figure.differs]


# Counters ------------------------------------------------------------------------------------------------


@pytest.fixture
def screen(database: DatabaseFactory) -> Iterator[Screen]:
    screen = Screen(database(PREPARED))
    screen.tells(*TALKS.events)
    screen.folds([7, 40])
    yield screen
    screen.close()


@pytest.mark.parametrize(
    ("planted", "named"),
    [
        ("SELECT", []),
        ("UPDATE view_inbox.counts SET seen = seen + 1", ["users whose badge does not add up"]),
        ("UPDATE view_inbox.counts SET seen_own = seen_own - 1", ["users whose badge does not add up"]),
        ("DELETE FROM view_inbox.counts", ["users whose badge does not add up"]),
        (RECEIVED_MORE, ["counters that a recount contradicts"]),
        ("DELETE FROM view_inbox.read_marks",
         ["counters that a recount contradicts", "users whose badge does not add up"]),
    ],
)  # fmt: skip
def test_rule_17_a_planted_counter_is_named(screen: Screen, planted: str, named: list[str]) -> None:
    screen.connection.execute(planted.encode())
    assert differing(counters.figures("tests", screen.connection, facts(*TALKS.events))) == named


# Rotas ---------------------------------------------------------------------------------------------------


def test_rule_3_a_turn_after_going_on_is_no_second_turn_and_one_without_it_is() -> None:
    living = Living()
    ana, bruno = living.agents(2)
    living.rota([ana, bruno])
    living.rules(reopen_within=timedelta(hours=1))
    living.writes()
    living.closes(living.talk())
    living.register(ana, active=False)
    living.writes()
    first, second = living.facts(told.RotaTurnTaken)
    assert first.conversation_id == second.conversation_id
    assert differing(rotas.figures("tests", facts(*living.facts()))) == []
    planted = [event for event in living.facts() if not isinstance(event, told.ConversationReopened)]
    assert differing(rotas.figures("tests", facts(*planted))) == ["conversations that had two turns"]


# Permissions ---------------------------------------------------------------------------------------------


def on(talk: UUID = TALK) -> dict[str, Any]:
    where = {"organisation_id": ORGANISATION, "phone_number_id": NUMBER, "customer_id": CUSTOMER}
    return {**where, "conversation_id": talk}


def registered(user: UUID, role: str = "member") -> Event:
    who: Any = {"organisation_id": ORGANISATION, "user_id": user, "role": role, "profile_id": PROFILE}
    return told.UserRegistered(**who, registered_by=CHIEF, registered_at=NOON, personal=told.UserName(name="x"))


def granted(level: str, scope: str) -> Event:
    what: Any = {"organisation_id": ORGANISATION, "profile_id": PROFILE, "level": level, "scope": scope}
    return told.ProfileGranted(**what, granted_by=CHIEF, granted_at=NOON)


def gone(user: UUID) -> Event:
    who: Any = {"organisation_id": ORGANISATION, "user_id": user}
    return told.UserDeactivated(**who, deactivated_by=CHIEF, deactivated_at=NOON)


def opened(by: str = "customer", talk: UUID = TALK) -> Event:
    return told.ConversationOpened(**on(talk), initiated_by=by, opened_at=NOON)


def assigned(to: UUID, by: UUID | None = None, talk: UUID = TALK) -> Event:
    how = "person" if by else "rota"
    what: Any = {"user_id": to, "how": how, "assigned_by": by}
    return told.ConversationAssigned(**on(talk), **what, assigned_at=NOON)


def closed(by: UUID | None) -> Event:
    what: Any = {"reason": "person", "closed_by": by}
    return told.ConversationClosed(**on(), **what, closed_at=NOON)


def reopened(by: UUID) -> Event:
    who: Any = {"reopened_by": by}
    return told.ConversationReopened(**on(), **who, reopened_at=NOON)


def released(by: UUID) -> Event:
    what: Any = {"message_id": MESSAGE, "kind": "text", "released_by": by}
    return told.MessageReleased(**on(), **what, released_at=NOON, send_by=NOON, personal=None)


def read(by: UUID) -> Event:
    who: Any = {"user_id": by, "up_to_id": MESSAGE}
    return told.ConversationRead(**on(), **who, read_at=NOON)


OWN = (registered(ANA), granted("view_reply", "own"), opened(), assigned(ANA))
ALL = (registered(ANA), granted("view_reply", "all"), opened(), assigned(BIA))
LOOKS = (registered(ANA), granted("view_only", "all"), opened(), assigned(BIA))


@pytest.mark.parametrize(
    "allowed",
    [
        (*OWN, released(ANA), closed(ANA), reopened(ANA), read(ANA), assigned(BIA, by=ANA)),
        (*ALL, released(ANA), closed(ANA), assigned(ANA, by=ANA)),
        (*LOOKS, read(ANA), closed(None)),
        (registered(CHIEF, "administrator"), opened(), assigned(ANA), released(CHIEF), closed(CHIEF)),
        (opened(), assigned(ANA), released(CHIEF)),
        (registered(ANA), granted("view_reply", "own"), opened("business"), assigned(ANA, by=ANA), released(ANA)),
    ],
)
def test_rule_15_what_a_profile_allows_differs_in_nothing(allowed: tuple[Event, ...]) -> None:
    assert differing(permissions.figures("tests", facts(*allowed))) == []


@pytest.mark.parametrize(
    "planted",
    [
        (*OWN, assigned(BIA, by=ANA), released(ANA)),
        (*OWN, opened(talk=ANOTHER), assigned(ANA, by=ANA, talk=ANOTHER)),
        (*LOOKS, released(ANA)),
        (*LOOKS, closed(ANA)),
        (*LOOKS, reopened(ANA)),
        (*LOOKS, assigned(ANA, by=ANA)),
        (*ALL, granted("view_only", "all"), released(ANA)),
        (*ALL, gone(ANA), read(ANA)),
        (registered(ANA), opened(), assigned(ANA), read(ANA)),
    ],
)
def test_rule_15_an_act_beyond_what_a_profile_allowed_is_named(planted: tuple[Event, ...]) -> None:
    assert differing(permissions.figures("tests", facts(*planted))) == ["acts beyond what a profile allowed"]
