"""Rules 14 and 16: the rota, its recorded decision, the queue that is always drained."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any, cast
from uuid import uuid4

import pytest
from conversations.adapters.postgres.verifying.facts import Fact, Facts
from conversations.adapters.postgres.verifying.rotas import figures
from conversations.application import Draining
from conversations.application.scene import FOLDS
from conversations.commands import SetAvailability
from conversations.domain.assignment import AT_ONCE
from conversations.domain.private import DeskKnown, DrainBegun, DrainEnded
from conversations.domain.refusals import NotEligible
from conversations.views import Questions
from hypothesis import given
from hypothesis import strategies as st
from recado_chassis.work import Work
from recado_events.conversations import (
    ConversationAssigned,
    ConversationDequeued,
    ConversationOpened,
    ConversationQueued,
    RotaTurnTaken,
)
from recado_events.ids import ConversationId, CustomerId, OrganisationId, PhoneNumberId, ProfileId, UserId

from tests.conversations.office import Office
from tests.conversations.stage import NOON, NUMBER, ORGANISATION, OTHER_NUMBER, Stage, number
from tests.harness.on_memory import CAUSE


def customers_write(stage: Stage, count: int, first: int = 0) -> None:
    for index in range(first, first + count):
        stage.writes(number(f"1650555{index:04d}"))


def online(stage: Stage, user_id: UserId, is_online: bool) -> None:
    command = SetAvailability(organisation_id=ORGANISATION, user_id=user_id, online=is_online, now=stage.now)
    stage.do(stage.people.set_availability, command)


def test_rule_14_strict_cycle_with_the_decision_recorded(stage: Stage) -> None:
    agents = stage.agents(3)
    stage.rota(agents)
    customers_write(stage, 4)
    turns = stage.facts(RotaTurnTaken)
    assert [turn.user_id for turn in turns] == [*agents, agents[0]]
    assert [(turn.pointer_before, turn.pointer_after) for turn in turns] == [(0, 1), (1, 2), (2, 0), (0, 1)]
    assert turns[0].candidates == tuple(agents)
    assert [fact.how for fact in stage.facts(ConversationAssigned)] == ["rota"] * 4


def test_rule_14_who_is_skipped_is_told_and_why(stage: Stage) -> None:
    first, second, third = stage.agents(3)
    stage.register(first, active=False)
    stage.register(second, profile=ProfileId(uuid4()))
    stage.rota([first, second, third])
    customers_write(stage, 1)
    turn = stage.one(RotaTurnTaken)
    assert turn.user_id == third
    assert [(skip.user_id, skip.reason) for skip in turn.skipped] == [(first, "inactive"), (second, "may_not_reply")]


@given(st.integers(1, 6), st.integers(0, 40))
def test_pain_24_rule_14_over_n_assignments_counts_differ_by_at_most_one(members: int, customers: int) -> None:
    stage = Stage()
    agents = stage.agents(members)
    stage.rota(agents)
    customers_write(stage, customers)
    counts = Counter(dict.fromkeys(agents, 0))
    counts.update(fact.user_id for fact in stage.facts(ConversationAssigned))
    assert max(counts.values()) - min(counts.values()) <= 1
    assert sum(counts.values()) == customers


@given(st.data())
def test_pain_24_rule_14_the_queue_never_holds_work_while_somebody_is_eligible(data: st.DataObject) -> None:
    stage = Stage()
    agents = stage.agents(3)
    stage.rota(agents, only_online=True)
    written = 0
    for _ in range(data.draw(st.integers(1, 15))):
        if data.draw(st.booleans()):
            customers_write(stage, 1, written)
            written += 1
        else:
            online(stage, data.draw(st.sampled_from(agents)), data.draw(st.booleans()))
    desk = stage.streams.read(f"desk-{ORGANISATION}-{NUMBER}", FOLDS["desk"])
    team = stage.streams.read(f"team-{ORGANISATION}", FOLDS["team"])
    if any(team.users[agent].online for agent in agents):
        assert not desk.queue
    waiting = written - len(stage.facts(ConversationAssigned))
    assert len(desk.queue) == waiting


def test_rule_14_the_queue_is_drained_oldest_first_when_somebody_becomes_eligible(stage: Stage) -> None:
    customers_write(stage, 3)
    assert [fact.skipped for fact in stage.facts(ConversationQueued)] == [()] * 3
    agents = stage.agents(2)
    stage.rota(agents)
    opened = [fact.conversation_id for fact in stage.facts(ConversationOpened)]
    turns = stage.facts(RotaTurnTaken)
    assert [turn.conversation_id for turn in turns] == opened
    assert [turn.user_id for turn in turns] == [agents[0], agents[1], agents[0]]
    assert all(turn.from_queue for turn in turns)


@pytest.mark.parametrize("how", ["activated", "granted", "online"])
def test_rule_14_activation_a_grant_or_going_online_drains_the_queue(stage: Stage, how: str) -> None:
    agent = UserId(uuid4())
    stage.register(agent, active=how != "activated")
    if how != "granted":
        stage.grant("view_reply", "all")
    stage.rota([agent], only_online=how == "online")
    customers_write(stage, 1)
    assert stage.facts(ConversationAssigned) == []
    if how == "activated":
        stage.register(agent, active=True)
    elif how == "granted":
        stage.grant("view_reply", "all")
    else:
        online(stage, agent, True)
    assigned = stage.one(ConversationAssigned)
    assert (assigned.user_id, assigned.how) == (agent, "queue")


def test_rule_12_a_contacts_owner_off_the_rota_gets_what_waited_for_them_when_they_are_back(stage: Stage) -> None:
    (owner,) = stage.agents(1)
    customers_write(stage, 1)
    stage.owns(owner)
    stage.closes(stage.one(ConversationOpened).conversation_id)
    stage.register(owner, active=False)
    customers_write(stage, 1)
    queued = stage.facts(ConversationQueued)[-1]
    assert queued.contact_owner_id == owner
    stage.register(owner, active=True)
    assigned = stage.one(ConversationAssigned)
    assert (assigned.user_id, assigned.how) == (owner, "contact_owner")
    assert stage.facts(ConversationDequeued)[-1].reason == "contact_owner"
    assert stage.facts(RotaTurnTaken) == []


def test_rule_12_of_what_waits_a_contacts_owner_gets_their_own_and_the_rota_the_rest(stage: Stage) -> None:
    owner, agent = stage.agents(2)
    customers_write(stage, 1)
    stage.owns(owner)
    stage.closes(stage.one(ConversationOpened).conversation_id)
    for user in (owner, agent):
        stage.register(user, active=False)
    customers_write(stage, 3)
    stage.rota([agent])
    _, theirs, *others = [fact.conversation_id for fact in stage.facts(ConversationOpened)]
    stage.grant("view_only", "all")
    for user in (owner, agent):
        stage.register(user, active=True)
    assert stage.facts(ConversationAssigned) == []
    stage.grant("view_reply", "all")
    assigned = {fact.conversation_id: fact.user_id for fact in stage.facts(ConversationAssigned)}
    assert assigned == {theirs: owner, **dict.fromkeys(others, agent)}


def test_rule_14_the_rota_takes_what_waits_for_an_owner_who_stays_away(stage: Stage) -> None:
    owner, agent = stage.agents(2)
    customers_write(stage, 1)
    stage.owns(owner)
    stage.closes(stage.one(ConversationOpened).conversation_id)
    stage.register(owner, active=False)
    customers_write(stage, 1)
    stage.rota([agent])
    assert stage.one(ConversationAssigned).user_id == agent


def test_rule_14_manual_assignment_does_not_move_the_pointer_and_leaves_the_queue(stage: Stage) -> None:
    agents = stage.agents(2)
    customers_write(stage, 1)
    talk = stage.one(ConversationOpened)
    stage.assigns(talk.conversation_id, agents[1])
    assert stage.one(ConversationDequeued).reason == "assigned"
    stage.rota(agents)
    customers_write(stage, 1, 1)
    assert stage.one(RotaTurnTaken).user_id == agents[0]


def test_rule_14_whoever_was_next_stays_next_when_members_change(stage: Stage) -> None:
    first, second, third = stage.agents(3)
    stage.rota([first, second, third])
    customers_write(stage, 1)
    stage.rota([third, second])
    customers_write(stage, 1, 1)
    assert [turn.user_id for turn in stage.facts(RotaTurnTaken)] == [first, second]


def test_only_somebody_who_may_reply_can_be_given_a_conversation(stage: Stage) -> None:
    customers_write(stage, 1)
    with pytest.raises(NotEligible) as refusal:
        stage.assigns(stage.one(ConversationOpened).conversation_id, UserId(uuid4()))
    assert refusal.value.details["reason"] == "not_registered"


def test_rule_16_past_owners_stay_in_the_history(stage: Stage) -> None:
    agents = stage.agents(2)
    stage.rota(agents)
    customers_write(stage, 1)
    stage.assigns(stage.one(ConversationOpened).conversation_id, agents[1])
    first, second = stage.facts(ConversationAssigned)
    assert (second.previous_user_id, second.how) == (first.user_id, "person")


# Long queues ---------------------------------------------------------------------------------------------------------


def long_queue(stage: Stage, count: int) -> list[ConversationId]:
    """So many waited before anybody was there."""
    waiting = [(ConversationId(uuid4()), CustomerId(uuid4())) for _ in range(count)]

    def wait(work: Work) -> None:
        stage.scene.record(
            work, [DeskKnown(organisation_id=ORGANISATION, phone_number_id=NUMBER, known_at=NOON)], CAUSE
        )
        work.state(f"desk-{ORGANISATION}-{NUMBER}", FOLDS["desk"])
        for talk, customer in waiting:
            place: Any = {"organisation_id": ORGANISATION, "phone_number_id": NUMBER, "customer_id": customer}
            queued = ConversationQueued(**place, conversation_id=talk, skipped=(), queued_at=NOON)
            work.record([queued], CAUSE)

    stage.streams.transact(wait)
    return [talk for talk, _ in waiting]


class Queues:
    """What the view would tell of the only number."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def draining(self) -> list[tuple[OrganisationId, PhoneNumberId]]:
        at = self._stage.streams.read(f"desk-{ORGANISATION}-{NUMBER}", FOLDS["desk"])
        return [(ORGANISATION, NUMBER)] if at.draining else []


def drained(stage: Stage) -> None:
    """Workers do one round."""
    Draining(stage.streams, stage.people, cast(Questions, Queues(stage))).drain()


def test_rule_14_a_long_queue_is_given_away_oldest_first_so_many_at_a_time(stage: Stage) -> None:
    waiting, agents = long_queue(stage, 4 * AT_ONCE + 20), stage.agents(3)
    stage.rota(agents)
    rounds = 0
    while len(stage.facts(RotaTurnTaken)) < len(waiting):
        turns = stage.facts(RotaTurnTaken)
        assert len(turns) == AT_ONCE * (rounds + 1)
        counts = Counter(turn.user_id for turn in turns)
        assert max(counts.values()) - min(counts.values()) <= 1
        drained(stage)
        rounds += 1
    assert [turn.conversation_id for turn in stage.facts(RotaTurnTaken)] == waiting
    assert (len(stage.facts(DrainBegun)), len(stage.facts(DrainEnded))) == (1, 1)
    drained(stage)
    assert len(stage.facts(RotaTurnTaken)) == len(waiting)


def test_rule_14_what_is_left_of_a_long_queue_waits_when_everybody_has_gone_until_somebody_is_there(
    stage: Stage,
) -> None:
    long_queue(stage, AT_ONCE + 5)
    (ana,) = stage.agents(1)
    stage.rota([ana], only_online=True)
    online(stage, ana, True)
    online(stage, ana, False)
    drained(stage)
    assert len(stage.facts(ConversationAssigned)) == AT_ONCE
    assert len(stage.facts(DrainEnded)) == 1
    online(stage, ana, True)
    assert len(stage.facts(ConversationAssigned)) == AT_ONCE + 5


def test_rule_14_one_command_gives_away_so_many_of_all_numbers_together(stage: Stage) -> None:
    long_queue(stage, AT_ONCE)
    for index in range(3):
        stage.writes(number(f"1650555{index:04d}"), number=OTHER_NUMBER)
    agent = UserId(uuid4())
    stage.register(agent)
    for at in (NUMBER, OTHER_NUMBER):
        stage.rota([agent], at=at)
    assert len(stage.grant("view_reply", "all")) == 1 + 2 * AT_ONCE + 1
    assert [fact.phone_number_id for fact in stage.facts(DrainBegun)] == [OTHER_NUMBER]


def test_a_long_queue_that_is_being_given_away_is_no_fault_and_one_that_is_left_is(stage: Stage) -> None:
    long_queue(stage, AT_ONCE + 1)
    stage.rota(stage.agents(1))
    name = "conversations that wait though somebody is there"

    def faults() -> list[str]:
        facts = Facts([Fact(place, each.event) for place, each in enumerate(stage.log(), start=1)], NOON)
        return [figure.name for figure in figures("tests", facts) if figure.differs]

    assert faults() == []
    ended = DrainEnded(organisation_id=ORGANISATION, phone_number_id=NUMBER, ended_at=NOON)
    stage.streams.transact(lambda work: stage.scene.record(work, [ended], CAUSE))
    assert faults() == [name]


async def test_rule_14_workers_go_on_with_a_long_queue(office: Office) -> None:
    rota = f"/channels/{NUMBER}/rota"
    await office.does("PUT", rota, {"members": []})
    office.customers_write(AT_ONCE + 4)
    await office.does("PUT", rota, {"members": [str(agent) for agent in office.agents]})
    assert len(office.service.facts(ConversationAssigned)) == AT_ONCE
    (drainer,) = [each for each in office.service.service.also if each.name == "drainer"]
    await office.service.shown()
    working = asyncio.create_task(drainer.run())
    while office.service.facts(DrainEnded) == []:
        await asyncio.sleep(0.05)
    working.cancel()
    assert len(office.service.facts(ConversationAssigned)) == AT_ONCE + 4
    assert len((await office.sees("/conversations?view=unassigned"))["items"]) == 0
