"""Parked records are tried again in order, or discarded by somebody who says why; meanwhile their subject waits."""

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

import pytest
from recado_chassis.consuming.parked import NotFirst, NotParked, RecordDiscarded, Retried, discard, retry, retry_record
from recado_chassis.mapper import Mapper
from recado_chassis.service import Service
from recado_chassis.store import Changes, Store
from recado_chassis.work import Work

from tests.libs.chassis.consumer.batches import batch_of, begin, hand
from tests.libs.chassis.consumer.ear import MOUTH, ORGANISATION, Ear, notes, raw, said


def offsets(store: Store, subject: str | None = None) -> list[int]:
    return [row.offset for row in store.parked(subject)]


def deaf_to_ada(store: Store, ear: Ear) -> Service:
    """Three records of ada are parked, one of bob is handled."""
    begin(store)
    service = ear.service(store)
    ear.deaf.add("ada")
    hand(service, [raw(said(0), 0), raw(said(1), 1), raw(said(0, "bob"), 2), raw(said(2), 3)])
    assert offsets(store, "ada") == [0, 1, 3]
    return service


def test_a_subject_is_restored_in_order_once_the_cause_is_gone(store: Store) -> None:
    ear = Ear()
    service = deaf_to_ada(store, ear)
    ear.deaf.clear()
    assert retry(service, "ada") == Retried(3)
    assert notes(store) == {"bob": [0], "ada": [0, 1, 2]}
    assert offsets(store) == []
    hand(service, [raw(said(3), 4)])
    assert notes(store)["ada"] == [0, 1, 2, 3]


def test_a_retry_stops_at_the_first_that_fails_again(store: Store) -> None:
    begin(store)
    ear = Ear()
    service = ear.service(store)
    ear.deaf.add("ada")
    hand(service, [raw(said(0), 0), raw(said(1, how="maimed"), 1), raw(said(2), 2)])
    ear.deaf.clear()
    outcome = retry(service, "ada")
    assert (outcome.done, outcome.failed and outcome.failed.offset) == (1, 1)
    assert outcome.error.startswith("MaimedReaction")
    assert offsets(store, "ada") == [1, 2]
    assert notes(store) == {"ada": [0]}


def test_a_record_that_is_still_undecodable_stays_parked(store: Store) -> None:
    begin(store)
    service = Ear().service(store)
    hand(service, [replace(raw(said(0), 0), value=b"{")])
    outcome = retry(service, "ada")
    assert (outcome.done, outcome.error) == (0, "undecodable: the body is no JSON")
    assert offsets(store) == [0]


def test_a_record_the_domain_refuses_when_tried_again_is_done(store: Store) -> None:
    begin(store)
    ear = Ear(deaf={"ada"})
    service = ear.service(store)
    hand(service, [raw(said(0), 0), raw(said(1, how="refused"), 1)])
    ear.deaf.clear()
    assert retry(service, "ada") == Retried(2)
    assert (notes(store), offsets(store)) == ({"ada": [0]}, [])


def test_one_record_can_be_tried_alone_only_if_it_is_the_first_of_its_subject(store: Store) -> None:
    ear = Ear()
    service = deaf_to_ada(store, ear)
    ear.deaf.clear()
    with pytest.raises(NotFirst):
        retry_record(service, (MOUTH.name, 0, 1))
    assert retry_record(service, (MOUTH.name, 0, 0)) == Retried(1)
    assert notes(store)["ada"] == [0]
    with pytest.raises(NotParked):
        retry_record(service, (MOUTH.name, 0, 0))


def test_a_discarded_record_is_gone_and_the_decision_stands_in_the_log(store: Store) -> None:
    ear = Ear()
    service = deaf_to_ada(store, ear)
    discard(service, (MOUTH.name, 0, 0), by="an operator", because="sent by a broken version")
    ear.deaf.clear()
    assert retry(service, "ada") == Retried(2)
    assert notes(store)["ada"] == [1, 2]
    (row,) = [row for row in store.read(0, 100) if row.type == RecordDiscarded.TYPE]
    decision = Mapper([RecordDiscarded]).decode(row.state)
    assert isinstance(decision.event, RecordDiscarded)
    assert (decision.event.offset, decision.event.of, decision.event.discarded_by) == (0, "ada", "an operator")
    assert (decision.event.because, decision.event.organisation_id) == ("sent by a broken version", ORGANISATION)
    assert decision.envelope.cause.actor == "an operator"


def test_a_record_of_nobody_can_be_discarded_once(store: Store) -> None:
    begin(store)
    service = Ear().service(store)
    hand(service, [replace(raw(said(0), 0), headers=(("ce_id", b"\xff"),))])
    discard(service, (MOUTH.name, 0, 0), by="an operator", because="noise")
    assert store.read(0, 10)[0].organisation_id == UUID(int=0)
    with pytest.raises(NotParked):
        discard(service, (MOUTH.name, 0, 0), by="an operator", because="noise")


def test_a_record_that_arrives_while_its_subject_is_released_is_not_overtaken(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker has looked and seen ada parked; before it commits, ada is released."""
    ear = Ear()
    service = deaf_to_ada(store, ear)
    ear.deaf.clear()
    batch = batch_of(service, [raw(said(3), 4)])
    released: list[Retried] = []
    look = Work.parked_subjects

    def look_and_release(work: Work, subjects: Iterable[str]) -> set[str]:
        found = look(work, subjects)
        if not released:
            released.append(Retried(0))
            released[0] = retry(service, "ada")
        return found

    monkeypatch.setattr(Work, "parked_subjects", look_and_release)
    batch.work_off()
    assert released == [Retried(3)]
    assert notes(store)["ada"] == [0, 1, 2, 3]
    assert offsets(store) == []


def test_a_subject_that_is_released_twice_at_once_is_handled_once(store: Store) -> None:
    ear = Ear()
    service = deaf_to_ada(store, ear)
    ear.deaf.clear()
    (first, *_) = store.parked("ada")
    with store.session(locked=True) as session:
        session.commit(Changes(unpark=[first]))
    assert retry(service, "ada") == Retried(2)
    assert notes(store)["ada"] == [1, 2]
