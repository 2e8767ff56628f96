"""States kept beside their events (invariant 16): with them, without them, under other code, it is the same state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from recado_chassis.folds import Fold, kept
from recado_chassis.ports import SystemClock, Uuid7
from recado_chassis.store import KeptState, Session
from recado_chassis.streams import Streams
from recado_chassis.work import Work
from recado_events.envelope import Cause
from recado_events.event import Event
from recado_events.ids import OrganisationId

from tests.libs.chassis.store.conftest import AnyStore
from tests.libs.chassis.store.rows import NOON, ORGANISATION
from tests.libs.chassis.store.shelves import MAPPER, BookShelved

EVERY = 5


@dataclass(frozen=True)
class Shelf:
    books: int = 0
    last: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


def evolve(shelf: Shelf, event: Event) -> Shelf:
    if not isinstance(event, BookShelved):
        return shelf
    return replace(shelf, books=shelf.books + 1, last=MappingProxyType({**shelf.last, event.shelf: event.number}))


KEPT = kept(Shelf(), evolve, every=EVERY)
PLAIN = Fold(Shelf(), evolve)


def fresh(store: AnyStore) -> Streams:
    """As after a start: nothing is remembered."""
    clock = SystemClock()
    return Streams(store, MAPPER, clock, Uuid7(clock))


def shelve(streams: Streams, shelf: str, books: int, fold: Fold[Shelf] = KEPT) -> None:
    def decide(work: Work) -> None:
        for _ in range(books):
            number = work.state(f"shelf-{shelf}", fold).books + 1
            event = BookShelved(
                organisation_id=OrganisationId(ORGANISATION), shelf=shelf, number=number, shelved_at=NOON
            )
            work.record([event], Cause("tests"))

    streams.transact(decide)


def kept_of(store: AnyStore, shelf: str, key: str) -> list[KeptState]:
    with store.session() as session:
        return session.kept({f"shelf-{shelf}": key})


def key_of(fold: Fold[Any]) -> str:
    assert fold.keeping is not None
    return fold.keeping.key


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 12), st.booleans()), min_size=1, max_size=8))
def test_a_kept_state_and_its_tail_are_the_whole_fold(store: AnyStore, steps: list[tuple[str, int, bool]]) -> None:
    streams = fresh(store)
    for shelf, books, restart in steps:
        streams = fresh(store) if restart else streams
        shelve(streams, shelf, books)

    for shelf in {shelf for shelf, _, _ in steps}:
        assert fresh(store).read(f"shelf-{shelf}", KEPT) == fresh(store).read(f"shelf-{shelf}", PLAIN)
        for row in kept_of(store, shelf, key_of(KEPT)):
            assert KEPT.keeping is not None
            assert KEPT.keeping.load(row.state).books == row.version


def test_a_state_is_kept_once_enough_events_have_come(store: AnyStore) -> None:
    shelve(fresh(store), "a", EVERY - 1)
    assert kept_of(store, "a", key_of(KEPT)) == []

    shelve(fresh(store), "a", 3)

    assert [row.version for row in kept_of(store, "a", key_of(KEPT))] == [EVERY + 2]


def test_after_a_start_only_the_tail_is_read(store: AnyStore, monkeypatch: pytest.MonkeyPatch) -> None:
    shelve(fresh(store), "a", 3 * EVERY + 1)
    shelve(fresh(store), "a", 1)
    asked: list[Mapping[str, int]] = []
    with store.session() as session:
        load = type(session).load

    def watched(self: Session, after: Mapping[str, int]) -> Any:
        asked.append(dict(after))
        return load(self, after)  # type: ignore[arg-type]

    monkeypatch.setattr(type(session), "load", watched)

    assert fresh(store).read("shelf-a", KEPT).books == 3 * EVERY + 2
    assert asked == [{"shelf-a": 3 * EVERY + 1}]


def test_what_other_code_has_kept_is_not_read(store: AnyStore) -> None:
    def counting_double(shelf: Shelf, event: Event) -> Shelf:
        return replace(shelf, books=shelf.books + 2) if isinstance(event, BookShelved) else shelf

    shelve(fresh(store), "a", EVERY)
    other = Fold(Shelf(), counting_double, replace(KEPT.keeping, key="other"))  # type: ignore[type-var]

    assert kept_of(store, "a", "other") == []
    assert fresh(store).read("shelf-a", other).books == 2 * EVERY


def test_a_decision_that_is_taken_back_keeps_nothing(store: AnyStore) -> None:
    def decide(work: Work) -> None:
        savepoint = work.savepoint()
        for number in range(1, EVERY + 2):
            work.state("shelf-a", KEPT)
            event = BookShelved(organisation_id=OrganisationId(ORGANISATION), shelf="a", number=number, shelved_at=NOON)
            work.record([event], Cause("tests"))
        work.roll_back(savepoint)

    fresh(store).transact(decide)

    assert kept_of(store, "a", key_of(KEPT)) == []
