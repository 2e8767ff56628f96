"""A state that is loaded from its snapshot is the state that is folded from the stream's beginning."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from billing.application.books import FOLDS, fold_of
from billing.application.snapshots import encoded
from recado_chassis.streams import Streams
from recado_chassis.work import Fold
from recado_events.event import Event

from tests.billing.stage import CREDIT, Stage, new_customer

KEPT = [kind for kind, fold in FOLDS.items() if fold.keeping]


def states(stage: Stage) -> dict[str, Any]:
    """After each of its events, of every stream that is kept."""
    found: dict[str, list[Any]] = {}
    for each in stage.log():
        kind, stream = each.envelope.stream.split("-", 1)[0], each.envelope.stream
        if kind in KEPT:
            fold, before = FOLDS[kind], found.setdefault(stream, [])
            before.append(fold.evolve(before[-1] if before else fold.initial, each.event))
    return found


def busy() -> Stage:
    """Every member of what is kept has another value than at first."""
    stage, customer = Stage(), new_customer()
    stage.chooses("R3")
    stage.buys(CREDIT)
    stage.keeps_method()
    stage.recharges_by_itself(floor=CREDIT - 1, amount=CREDIT, cap=CREDIT)
    stage.writes(customer, from_ad=True)
    stage.delivered(stage.replies(customer), customer)
    stage.later(hours=100)
    stage.writes(customer)
    stage.delivered(stage.replies(customer), customer)
    stage.later(hours=30)
    stage.delivered(stage.asks(customer), customer)
    stage.joins(new_customer(), customer)
    return stage


def test_what_is_kept_is_all_of_a_state() -> None:
    stage = busy()
    told = states(stage)
    assert {stream.split("-", 1)[0] for stream in told} == set(KEPT)
    for stream, after in told.items():
        keeping = fold_of(stream).keeping
        assert keeping is not None
        for state in (fold_of(stream).initial, *after):
            assert keeping.decode(encoded(state)) == state
    assert stage.wallet.recharging.in_flight is not None


@pytest.mark.parametrize("kind", KEPT)
def test_a_long_stream_is_loaded_from_its_snapshot(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    keeping = FOLDS[kind].keeping
    assert keeping is not None
    stage, customer = Stage(), new_customer()
    seldom = replace(keeping, every=10)
    monkeypatch.setitem(FOLDS, kind, replace(FOLDS[kind], keeping=seldom))
    stage.chooses("R3")
    stage.buys(100 * CREDIT)
    for _ in range(12):
        stage.later(hours=25)
        stage.writes(customer)
        stage.delivered(stage.replies(customer), customer)
        stage.delivered(stage.asks(customer), customer)
    for stream, after in states(stage).items():
        if stream.startswith(f"{kind}-"):
            assert len(after) > 10
            with stage.store.session() as session:
                (row,) = session.snapshots({stream: seldom.code})
            assert (row.version % 10, seldom.decode(row.state)) == (0, after[row.version - 1])
            assert read(stage, stream, FOLDS[kind]) == after[-1]


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
