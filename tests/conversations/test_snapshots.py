"""A state that is loaded from its snapshot is the state that is folded from the stream's beginning."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from conversations.application.scene import FOLDS, fold_of
from conversations.application.snapshots import encoded
from conversations.commands import Sighting
from conversations.domain.private import DrainBegun
from recado_chassis.streams import Streams
from recado_chassis.work import Fold
from recado_events.event import Event

from tests.conversations.living import DAY, Living
from tests.conversations.stage import NUMBER, ORGANISATION, Stage, number, user_alias
from tests.harness.on_memory import CAUSE

PHONE, BSUID = number("5511987654321"), user_alias("BR.1")
KEPT = [kind for kind, fold in FOLDS.items() if fold.keeping]


def states(stage: Stage) -> dict[str, list[Any]]:
    """After each of its events, of every stream that is kept."""
    found: dict[str, list[Any]] = {}
    for each in stage.log():
        kind, stream = each.envelope.stream.split("-", 1)[0], each.envelope.stream
        if kind in KEPT:
            fold, before = FOLDS[kind], found.setdefault(stream, [])
            before.append(fold.evolve(before[-1] if before else fold.initial, each.event))
    return found


def busy() -> Living:
    """Every member of what is kept has another value than at first."""
    living = Living()
    living.connects()
    living.rules(close_after=DAY, reopen_within=timedelta(minutes=10), read_receipts=True, typing=False)
    begun = DrainBegun(organisation_id=ORGANISATION, phone_number_id=NUMBER, begun_at=living.now)
    living.streams.transact(lambda work: living.scene.record(work, [begun], CAUSE))
    ana, bia = living.agents(2)
    living.rota([ana, bia])
    living.writes(PHONE, sighting=Sighting(aliases=(PHONE,), profile_name="Sofia", username="s", country_code="BR"))
    first = living.talk()
    living.owns(ana)
    living.reads()
    living.wishes(False, PHONE)
    living.blocks()
    living.later(hours=13)
    living.writes(PHONE)
    living.rota([ana, bia], only_online=True)
    living.writes(BSUID)
    living.closes(first)
    living.writes(PHONE, BSUID)
    return living


def test_what_is_kept_is_all_of_a_state() -> None:
    told = states(busy())
    assert {stream.split("-", 1)[0] for stream in told} == set(KEPT) == {"desk", "customer"}
    for stream, after in told.items():
        keeping = fold_of(stream).keeping
        assert keeping is not None
        for state in (fold_of(stream).initial, *after):
            assert keeping.decode(encoded(state)) == state


def test_every_member_of_what_is_kept_was_tried() -> None:
    found: dict[str, set[str]] = {kind: set() for kind in KEPT}
    for stream, after in states(busy()).items():
        kind = stream.split("-", 1)[0]
        initial = FOLDS[kind].initial
        found[kind] |= {
            each for each in members(initial) if any(getattr(s, each) != getattr(initial, each) for s in after)
        }
    assert found == {kind: members(FOLDS[kind].initial) for kind in KEPT}


def members(state: Any) -> set[str]:
    return {each.name for each in fields(state)} if is_dataclass(state) else set(state._fields)


@pytest.mark.parametrize("kind", KEPT)
def test_a_long_stream_is_loaded_from_its_snapshot(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    keeping = FOLDS[kind].keeping
    assert keeping is not None
    seldom = replace(keeping, every=10)
    monkeypatch.setitem(FOLDS, kind, replace(FOLDS[kind], keeping=seldom))
    living = Living()
    living.rota(living.agents(2))
    for _ in range(12):
        living.later(hours=25)
        living.writes()
        living.closes(living.talk())
    for stream, after in states(living).items():
        if stream.startswith(f"{kind}-"):
            assert len(after) > 10
            with living.store.session() as session:
                (row,) = session.snapshots({stream: seldom.code})
            assert seldom.decode(row.state) == after[row.version - 1]
            assert read(living, stream, FOLDS[kind]) == after[-1]


def read(stage: Stage, stream: str, fold: Fold[Any]) -> Any:
    """By a process that saw nothing of it before, which folds no more than what came after the snapshot."""
    folded: list[Event] = []

    def evolve(state: Any, event: Event) -> Any:
        folded.append(event)
        return fold.evolve(state, event)

    anew = Streams(stage.store, stage.mapper, stage.streams.clock, stage.ids)
    state = anew.read(stream, replace(fold, evolve=evolve))
    assert len(folded) < 10
    return state
