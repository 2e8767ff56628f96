"""Snapshots are caches: with them, without them and with those of other code the same states come out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from recado_chassis import snapshots
from recado_chassis.mapper import Mapper
from recado_chassis.ports import SystemClock, Uuid7
from recado_chassis.snapshots import Keeping, code_of
from recado_chassis.store import Store
from recado_chassis.streams import Streams
from recado_chassis.work import Fold
from recado_events.billing import OrganisationRenamed
from recado_events.envelope import Cause
from recado_events.event import Event
from recado_events.ids import OrganisationId

from tests.harness.on_memory import NOON, ORGANISATION

STREAM = f"organisation-{ORGANISATION}"


def evolve(names: tuple[str, ...], event: Event) -> tuple[str, ...]:
    return (*names, event.name) if isinstance(event, OrganisationRenamed) else names


def fold(code: str = "one", every: int = 10) -> Fold[tuple[str, ...]]:
    keeping = Keeping(
        code, lambda state: "\n".join(state).encode(), lambda told: tuple(told.decode().split("\n")), every
    )
    return Fold((), evolve, keeping)


def streams(store: Store) -> Streams:
    """As a process sees it that has just begun."""
    return Streams(store, Mapper([OrganisationRenamed]), SystemClock(), Uuid7(SystemClock()))


def rename(store: Store, kept: Fold[Any], *names: str) -> None:
    def decide(work: Any) -> None:
        work.state(STREAM, kept)
        facts = [
            OrganisationRenamed(organisation_id=OrganisationId(ORGANISATION), name=name, locale="en", renamed_at=NOON)
            for name in names
        ]
        work.record(facts, Cause("test"))

    streams(store).transact(decide)


def kept_at(store: Store, code: str = "one") -> int | None:
    with store.session() as session:
        rows = session.snapshots({STREAM: code})
    return rows[0].version if rows else None


def test_a_snapshot_is_left_each_time_the_stream_has_grown_enough(store: Store) -> None:
    for number in range(25):
        rename(store, fold(), str(number))
        assert kept_at(store) == ((number + 1) // 10 * 10 or None)


def test_a_large_transaction_leaves_one_of_its_end(store: Store) -> None:
    rename(store, fold(), *map(str, range(34)))
    assert kept_at(store) == 34


def test_a_snapshot_and_what_came_after_are_the_whole_fold(store: Store) -> None:
    names = [str(number) for number in range(33)]
    for name in names:
        rename(store, fold(), name)
    assert streams(store).read(STREAM, fold()) == tuple(names)
    assert streams(store).read(STREAM, replace(fold(), keeping=None)) == tuple(names)
    assert streams(store).read(STREAM, fold("other code")) == tuple(names)


def test_one_of_other_code_is_as_if_it_were_not_there_and_is_replaced(store: Store) -> None:
    rename(store, fold(), *map(str, range(12)))
    assert kept_at(store, "two") is None
    rename(store, fold("two"), *map(str, range(12, 24)))
    assert (kept_at(store, "one"), kept_at(store, "two")) == (None, 24)


def test_what_fails_leaves_none(store: Store) -> None:
    def decide(work: Any) -> None:
        work.state(STREAM, fold())
        raise KeyError

    with pytest.raises(KeyError):
        streams(store).transact(decide)
    assert kept_at(store) is None


def test_the_fingerprint_is_that_of_the_source() -> None:
    assert code_of(snapshots) == code_of(snapshots)
    assert code_of(snapshots) != code_of(snapshots, snapshots)
