"""A batch's records are handled once, in order, whatever becomes of one of them and of the commit."""

from dataclasses import replace

import pytest
from recado_chassis.consuming import batch as batches
from recado_chassis.consuming.batch import MOST_FAILURES
from recado_chassis.store import InboxRow, Store

from tests.libs.chassis.consumer.batches import FaultyStore, begin, hand, rows_of
from tests.libs.chassis.consumer.ear import MOUTH, STREET, Ear, Raw, counts, message, notes, raw, said


def only_row(store: Store) -> InboxRow:
    (row,) = store.inbox()
    return row


def test_records_are_handled_in_order_and_the_row_moves_with_them(store: Store) -> None:
    begin(store)
    hand(Ear().service(store), [raw(said(number), number) for number in range(5)])
    assert notes(store) == {"ada": [0, 1, 2, 3, 4]}
    row = only_row(store)
    assert (row.next_offset, row.log, row.position, counts(row)) == (5, "first-log", 5, (5, 0, 0, 0))


def test_a_batch_is_one_transaction_and_a_moved_partition_is_let_go(store: Store) -> None:
    begin(store, partitions=2)
    service, remembered = Ear().service(store), rows_of(store)
    hand(service, [raw(said(0, "bob"), 0, partition=1), raw(said(1, "bob"), 1, partition=1)])
    batch = hand(service, [raw(said(0), 0), raw(said(0, "bob"), 0, partition=1)], remembered)
    assert batch.dropped == {(MOUTH.name, 1)}
    assert batch.rows[MOUTH.name, 1].next_offset == 2
    assert notes(store) == {"ada": [0], "bob": [0, 1]}


def test_a_worker_that_wakes_up_with_old_rows_changes_nothing(store: Store) -> None:
    begin(store)
    service, records, remembered = (
        Ear().service(store),
        [raw(said(number), number) for number in range(3)],
        rows_of(store),
    )
    hand(service, records)
    before = only_row(store)
    hand(service, records, remembered)
    hand(service, records[:2], remembered)
    assert notes(store) == {"ada": [0, 1, 2]}
    assert only_row(store) == before


def test_what_a_relay_published_twice_is_counted_and_not_handled(store: Store) -> None:
    begin(store)
    records = [raw(said(1), 0, 10), raw(said(2), 1, 20), raw(said(1), 2, 10), raw(said(2), 3, 20), raw(said(3), 4, 30)]
    hand(Ear().service(store), records)
    assert notes(store) == {"ada": [1, 2, 3]}
    assert counts(only_row(store)) == (3, 0, 2, 0)


def test_a_record_that_would_lead_to_an_event_too_large_to_be_published_is_parked(store: Store) -> None:
    """Its subject waits for somebody who looks; nothing of it is in the log, where it would stop the relay."""
    begin(store)
    hand(Ear().service(store), [raw(said(1, how="large"), 0), raw(said(1, "bob"), 1), raw(said(2), 2)])
    assert notes(store) == {"bob": [1]}
    assert counts(only_row(store)) == (1, 0, 0, 2)
    assert [(row.offset, row.error.split(" ")[0]) for row in store.parked()] == [(0, "EventTooLarge"), (2, "")]


def test_a_refusal_leaves_nothing_behind_and_the_rest_goes_on(store: Store) -> None:
    begin(store)
    hand(Ear().service(store), [raw(said(1), 0), raw(said(2, how="refused"), 1), raw(said(3), 2)])
    assert notes(store) == {"ada": [1, 3]}
    assert counts(only_row(store)) == (2, 1, 0, 0)
    assert store.parked() == []


def test_a_record_whose_reaction_fails_is_parked_with_the_later_ones_of_its_subject(store: Store) -> None:
    begin(store)
    poison = raw(said(1, how="maimed", text="private words"), 1)
    hand(
        Ear().service(store), [raw(said(0), 0), poison, raw(said(0, "bob"), 2), raw(said(2), 3), raw(said(1, "bob"), 4)]
    )
    assert notes(store) == {"ada": [0], "bob": [0, 1]}
    first, behind = store.parked("ada")
    assert (first.offset, first.reason, first.attempts) == (1, "failed", 3)
    assert (first.key, first.value, first.headers) == (poison.key, poison.value, poison.headers)
    assert first.error.startswith("MaimedReaction")
    assert "private" not in first.error
    assert (behind.offset, behind.reason) == (3, "behind")
    assert counts(only_row(store)) == (3, 0, 0, 2)


def test_a_record_nothing_can_be_made_of_is_parked_at_once_and_its_subject_flows(store: Store) -> None:
    begin(store)
    unreadable = raw(said(1, how="unreadable", text="private words"), 1)
    hand(Ear().service(store), [raw(said(0), 0), unreadable, raw(said(2), 2)])
    assert notes(store) == {"ada": [0, 2]}
    (parked,) = store.parked()
    assert (parked.offset, parked.subject, parked.reason, parked.value) == (1, "", "invalid", unreadable.value)
    assert "private" not in parked.error
    assert counts(only_row(store)) == (2, 0, 0, 1)


def test_an_update_of_meta_that_cannot_be_read_stands_alone(store: Store) -> None:
    begin(store, topic=STREET.name)
    broken = replace(message(1, 1), value=b'{"text":"\\ud800"}')
    hand(Ear().service(store), [message(0, 0), broken, message(2, 2)])
    assert notes(store) == {"f1ngerpr1nt": [0, 2]}
    assert [(row.offset, row.subject) for row in store.parked()] == [(1, "")]


def test_what_cannot_be_fetched_ahead_is_fetched_when_it_is_its_turn(store: Store) -> None:
    begin(store)
    hand(Ear().service(store), [raw(said(1, how="unaskable"), 0), raw(said(2), 1)])
    assert notes(store) == {"ada": [1, 2]}


def test_later_batches_of_a_parked_subject_are_parked_behind_it(store: Store) -> None:
    begin(store)
    service = Ear().service(store)
    hand(service, [raw(said(0, how="maimed"), 0)])
    hand(service, [raw(said(1), 1), raw(said(0, "bob"), 2)])
    assert [row.offset for row in store.parked("ada")] == [0, 1]
    assert notes(store) == {"bob": [0]}


def test_a_record_without_a_readable_subject_stands_alone(store: Store) -> None:
    begin(store)
    unreadable = replace(raw(said(0), 0), headers=(("ce_subject", b"\xff\xfe"),))
    hand(Ear().service(store), [unreadable, raw(said(1), 1)])
    assert [(row.offset, row.subject, row.reason) for row in store.parked()] == [(0, "", "undecodable")]
    assert notes(store) == {"ada": [1]}


def test_records_of_a_type_nobody_reacts_to_are_passed_over(store: Store) -> None:
    begin(store, topic=STREET.name)
    hand(Ear().service(store), [message(0, 0), message(1, 1, kind="inbound.status.v1"), message(2, 2)])
    assert notes(store) == {"f1ngerpr1nt": [0, 2]}
    row = only_row(store)
    assert (counts(row), row.log, row.position) == ((3, 0, 0, 0), None, None)


def test_a_record_that_only_the_database_refuses_is_found_and_parked(postgres_store: Store) -> None:
    begin(postgres_store)
    refused = {3: "no \0 in text", 7: "too long for an index " * 40_000}
    records = [raw(said(n, f"s{n}", "claimed", refused[n]) if n in refused else said(n, f"s{n}"), n) for n in range(20)]
    hand(Ear().service(postgres_store), records)
    assert [(row.offset, row.reason) for row in postgres_store.parked()] == [(3, "failed"), (7, "failed")]
    assert len(notes(postgres_store)) == 18


def test_what_conflicts_with_nobody_is_a_mistake_and_is_parked(store: Store) -> None:
    """A reaction claims what it did not look up, and somebody has it."""
    begin(store, partitions=2)
    service = Ear().service(store)
    hand(service, [raw(said(0, how="claimed", text="taken"), 0)])
    blind = raw(said(0, "bob", "claimed", "taken"), 0, partition=1)
    hand(service, [blind, raw(said(1), 1)])
    assert notes(store) == {"ada": [0, 1]}
    assert [(row.subject, row.reason) for row in store.parked()] == [("bob", "failed")]


def test_a_flood_of_failures_in_one_partition_keeps_no_other_waiting(store: Store) -> None:
    begin(store, partitions=2)
    poison = [raw(said(0, f"p{number}", "maimed"), number) for number in range(2 * MOST_FAILURES)]
    well = [raw(said(number), number, partition=1) for number in range(5)]
    service = Ear().service(store)
    batch = hand(service, [*poison, *well])
    assert notes(store) == {"ada": [0, 1, 2, 3, 4]}
    assert len(store.parked()) == MOST_FAILURES
    assert batch.unfinished == {(MOUTH.name, 0)}
    assert batch.rows[MOUTH.name, 0].next_offset == MOST_FAILURES
    hand(service, poison[MOST_FAILURES:])
    assert [row.offset for row in store.parked()] == list(range(2 * MOST_FAILURES))


def test_two_partitions_with_failures_and_one_without(store: Store) -> None:
    begin(store, partitions=3)
    records = [
        raw(said(number, speaker, "maimed" if number == 2 and speaker != "a" else "well"), number, partition=partition)
        for partition, speaker in enumerate("abc")
        for number in range(4)
    ]
    hand(Ear().service(store), records)
    assert notes(store) == {"a": [0, 1, 2, 3], "b": [0, 1], "c": [0, 1]}
    assert sorted(counts(row) for row in store.inbox()) == [(2, 0, 0, 2), (2, 0, 0, 2), (4, 0, 0, 0)]


def test_a_change_of_the_log_stops_the_partition_there_and_no_other(store: Store) -> None:
    begin(store, partitions=2)
    records: list[Raw] = [
        raw(said(0), 0),
        raw(said(1), 1, 1, log="restored"),
        raw(said(2), 2),
        raw(said(0, "bob"), 0, partition=1),
    ]
    batch = hand(Ear().service(store), records)
    assert notes(store) == {"ada": [0], "bob": [0]}
    assert list(batch.stuck) == [(MOUTH.name, 0)]
    assert "restored" in batch.stuck[MOUTH.name, 0]
    assert batch.rows[MOUTH.name, 0].next_offset == 1


def test_a_commit_whose_answer_was_lost_is_found_done() -> None:
    store = FaultyStore(["after"])
    begin(store)
    batch = hand(Ear().service(store), [raw(said(number), number) for number in range(4)])
    assert notes(store) == {"ada": [0, 1, 2, 3]}
    assert counts(only_row(store)) == (4, 0, 0, 0)
    assert batch.outcomes.total() == 4
    assert not batch.dropped


def test_what_is_large_is_handled_in_transactions_of_a_bounded_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """Records of history hold hundreds of messages each: a batch of them is no one transaction."""
    monkeypatch.setattr(batches, "MOST_BYTES", 25_000)
    store = FaultyStore(["none"] * 9)
    begin(store)
    sizes = [10_000, 10_000, 10_000, 10_000, 0, 10_000, 30_000]
    hand(Ear().service(store), [raw(said(place, text="x" * size), place) for place, size in enumerate(sizes)])
    assert notes(store) == {"ada": [0, 1, 2, 3, 4, 5, 6]}
    assert 9 - len(store.faults) == 4, "two, three with a small one, one, and the one that is too large for any"


def test_an_outage_of_any_length_parks_nothing() -> None:
    store = FaultyStore(["before", "after", "conflict"] * 40)
    begin(store)
    hand(
        Ear().service(store),
        [raw(said(number, how="maimed" if number == 2 else "well"), number) for number in range(4)],
    )
    assert [row.offset for row in store.parked()] == [2, 3]
    assert counts(only_row(store)) == (2, 0, 0, 2)


def test_a_worker_whose_partition_was_paused_meanwhile_lets_go_of_it(store: Store) -> None:
    begin(store)
    remembered = rows_of(store)
    store.pause(only_row(store), "an operator looks at it")
    batch = hand(Ear().service(store), [raw(said(0), 0)], remembered)
    assert batch.dropped == {(MOUTH.name, 0)}
    assert notes(store) == {}
