"""Parked records: kept byte for byte, in order, and never both released and parked behind."""

import pytest
from recado_chassis.store import Changes, Conflict, Store

from tests.libs.chassis.store.rows import commit, event, log_of, parked


def test_a_parked_record_keeps_its_bytes(store: Store) -> None:
    undecodable = parked(1, subject="", key=None, value=None, reason="undecodable")
    commit(store, Changes(park=[parked(0), undecodable]))

    assert store.parked() == [parked(0), undecodable]


def test_records_are_listed_in_the_order_of_their_arrival(store: Store) -> None:
    commit(store, Changes(park=[parked(5, "a"), parked(2, "b")]))
    commit(store, Changes(park=[parked(9, "a"), parked(1, "a")]))

    assert [row.offset for row in store.parked()] == [5, 2, 9, 1]
    assert [row.offset for row in store.parked("a")] == [5, 9, 1]
    assert [row.offset for row in store.parked("a", limit=2)] == [5, 9]


def test_a_subject_is_parked_until_its_last_record_is_gone(store: Store) -> None:
    def parked_now() -> set[str]:
        with store.session() as session:
            return session.parked_subjects(["a", "b", ""])

    commit(store, Changes(park=[parked(1, "a"), parked(2, "a"), parked(3, "")]))
    assert parked_now() == {"a"}
    commit(store, Changes(unpark=[parked(1, "a")]))
    assert parked_now() == {"a"}
    commit(store, Changes(unpark=[parked(2, "a")]))
    assert parked_now() == set()


def test_a_batch_that_saw_a_subject_otherwise_changes_nothing(store: Store) -> None:
    commit(store, Changes(park=[parked(1, "a")]))

    for seen in ({"a": False}, {"a": True, "b": True}):
        with pytest.raises(Conflict):
            commit(store, Changes(subjects=seen, events=[event("e")], park=[parked(7, "c")]))

    assert log_of(store) == []
    assert commit(store, Changes(subjects={"a": True, "b": False, "": False}, events=[event("e")])) == store.end()


def test_a_record_is_released_once_with_its_effect(store: Store) -> None:
    commit(store, Changes(park=[parked(1), parked(2)]))
    commit(store, Changes(unpark=[parked(1)], events=[event("first")]))

    with pytest.raises(Conflict):
        commit(store, Changes(unpark=[parked(1)], events=[event("second")]))

    assert log_of(store) == [("first", 1)]
    assert [row.offset for row in store.parked()] == [2]


def test_a_record_is_parked_once(store: Store) -> None:
    commit(store, Changes(park=[parked(1)]))

    with pytest.raises(Conflict):
        commit(store, Changes(park=[parked(2), parked(1)]))

    assert [row.offset for row in store.parked()] == [1]


def test_a_record_that_fails_again_is_parked_anew_in_one_transaction(store: Store) -> None:
    commit(store, Changes(park=[parked(1)]))
    commit(store, Changes(unpark=[parked(1)], park=[parked(1, attempts=6)]))

    assert store.parked() == [parked(1, attempts=6)]
