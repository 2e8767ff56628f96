"""A desk that is loaded from its snapshot is the desk that is folded from its stream's beginning."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest
from conversations.application.scene import FOLDS
from conversations.domain.desk import Desk
from conversations.domain.private import DrainBegun
from conversations.domain.private_phone_book import PhoneBookNoted
from recado_chassis.streams import Streams
from recado_events.event import Event

from tests.conversations.living import DAY, Living
from tests.conversations.stage import NUMBER, ORGANISATION, Stage, number
from tests.harness.on_memory import CAUSE

FOLD, STREAM = FOLDS["desk"], f"desk-{ORGANISATION}-{NUMBER}"


def states(stage: Stage) -> list[Desk]:
    """After each of its events."""
    found = [Desk()]
    for each in stage.log():
        if each.envelope.stream == STREAM:
            found.append(FOLD.evolve(found[-1], each.event))
    return found


def busy() -> Living:
    """Every member of a desk has another value than at first."""
    living = Living()
    living.connects()
    living.rules(close_after=DAY, reopen_within=timedelta(minutes=10), read_receipts=True, typing=False)
    at: Any = {"organisation_id": ORGANISATION, "phone_number_id": NUMBER}
    noted = [DrainBegun(**at, begun_at=living.now), PhoneBookNoted(**at, noted_at=living.now)]
    living.streams.transact(lambda work: living.scene.record(work, noted, CAUSE))
    agents = living.agents(2)
    living.rota(agents)
    living.writes()
    living.owns(agents[0])
    living.closes(living.talk())
    living.rota(agents, only_online=True)
    living.register(agents[0], active=False)
    for wa_id in ("5511987654321", "5511987654322"):
        living.writes(number(wa_id))
    return living


def test_what_is_kept_is_all_of_a_state() -> None:
    assert FOLD.keeping is not None
    told = states(busy())
    for state in told:
        assert FOLD.keeping.decode(FOLD.keeping.encode(state)) == state
    for each in fields(Desk):
        assert any(getattr(state, each.name) != getattr(told[0], each.name) for state in told), each.name
    assert [waiting.contact_owner_id is None for waiting in told[-1].queue.values()] == [False, True]


def test_a_long_stream_is_loaded_from_its_snapshot(monkeypatch: pytest.MonkeyPatch) -> None:
    assert FOLD.keeping is not None
    seldom = replace(FOLD.keeping, every=10)
    monkeypatch.setitem(FOLDS, "desk", replace(FOLD, keeping=seldom))
    living = Living()
    living.rota(living.agents(2))
    for _ in range(12):
        living.writes()
        living.closes(living.talk())
    after = states(living)
    with living.store.session() as session:
        (row,) = session.snapshots({STREAM: seldom.code})
    assert seldom.decode(row.state) == after[row.version]
    folded: list[Event] = []

    def evolve(state: Desk, event: Event) -> Desk:
        folded.append(event)
        evolved: Desk = FOLD.evolve(state, event)
        return evolved

    anew = Streams(living.store, living.mapper, living.streams.clock, living.ids)
    assert anew.read(STREAM, replace(FOLDS["desk"], evolve=evolve)) == after[-1]
    assert len(folded) < 10 < len(after)
