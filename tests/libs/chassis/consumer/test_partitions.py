"""A partition flows only where its row fits what Kafka holds; where it goes on otherwise, an operator says."""

from dataclasses import replace

import pytest
from recado_chassis.consuming.partitions import CannotResume, Found, first_row, hold, misfit, reread, resume, take_up
from recado_chassis.store import Fenced, InboxRow, Store

from tests.libs.chassis.consumer.batches import begin, hand, rows_of
from tests.libs.chassis.consumer.ear import MOUTH, Ear, notes, raw, said

PLACE = (MOUTH.name, 0)
ROW = InboxRow(MOUTH.name, 0, "topic-id", 50, "first-log", 60)


def row_of(store: Store) -> InboxRow:
    return rows_of(store)[PLACE]


@pytest.mark.parametrize(("first", "end"), [(0, 50), (50, 50), (50, 99), (0, 1000)])
def test_a_row_within_what_kafka_holds_fits(first: int, end: int) -> None:
    assert misfit(ROW, Found("topic-id", first, end)) is None


@pytest.mark.parametrize(
    ("found", "why"),
    [
        (Found("another", 0, 100), "the topic was deleted and created anew"),
        (Found("topic-id", 51, 100), "Kafka begins at offset 51"),
        (Found("topic-id", 0, 49), "Kafka ends at offset 49"),
    ],
)
def test_a_row_that_does_not_fit_says_why(found: Found, why: str) -> None:
    assert (misfit(ROW, found) or "").startswith(why)


def test_a_new_partition_begins_at_zero_and_takes_up_the_topics_id() -> None:
    assert first_row(PLACE, Found("topic-id", 0, 9), raw=False) == InboxRow(MOUTH.name, 0, "topic-id", 0)


def test_a_new_partition_of_raw_updates_begins_where_kafka_does() -> None:
    assert first_row(PLACE, Found("topic-id", 7, 9), raw=True) == InboxRow(MOUTH.name, 0, "topic-id", 7)


def test_a_new_partition_whose_beginning_is_gone_waits_for_its_history() -> None:
    row = first_row(PLACE, Found("topic-id", 7, 9), raw=False)
    assert row.paused is not None
    assert "offset 7" in row.paused


def test_a_paused_partition_goes_on_where_it_is_told(store: Store) -> None:
    begin(store)
    service = Ear().service(store)
    hand(service, [raw(said(number), number) for number in range(4)])
    store.pause(row_of(store), "Kafka begins at offset 20")
    resume(store, *PLACE, 20)
    take_up(store, row_of(store), Found("new-topic-id", 20, 30))
    row = row_of(store)
    assert (row.topic_id, row.next_offset, row.paused, row.log, row.position) == (
        "new-topic-id", 20, None, "first-log", 4,
    )  # fmt: skip
    hand(service, [raw(said(4), 20)])
    assert notes(store) == {"ada": [0, 1, 2, 3, 4]}


def test_an_operator_holds_partitions_and_whoever_reads_them_is_fenced_off(store: Store) -> None:
    begin(store, 3)
    service, stale = Ear().service(store), rows_of(store)
    assert [row.partition for row in hold(store, MOUTH.name, 1, "a look at it")] == [1]
    assert [row.partition for row in hold(store, MOUTH.name, None, "a restore")] == [0, 2]
    batch = hand(service, [raw(said(0), 0)], stale)
    assert (PLACE in batch.dropped, notes(store)) == (True, {})
    resume(store, *PLACE, 0)
    take_up(store, row_of(store), Found("topic-id", 0, 9))
    hand(service, [raw(said(0), 0)])
    assert notes(store) == {"ada": [0]}


def test_what_is_parked_or_stands_in_two_logs_is_decided_before_a_log_is_read_again(store: Store) -> None:
    begin(store, 2)
    hand(Ear(deaf={"ada"}).service(store), [raw(said(0), 0)])
    with pytest.raises(CannotResume, match="1 records of"):
        reread(store, MOUTH.name)
    hand(Ear().service(store), [raw(said(0, "bob"), 0, 1, partition=1, log="restored")])
    with pytest.raises(CannotResume, match="stand in 2 logs"):
        reread(store, MOUTH.name)


def test_going_back_repeats_nothing(store: Store) -> None:
    begin(store)
    service, records = Ear().service(store), [raw(said(number), number) for number in range(4)]
    hand(service, records)
    store.pause(row_of(store), "an operator looks at it")
    resume(store, *PLACE, 1)
    hand(service, records[1:])
    assert notes(store) == {"ada": [0, 1, 2, 3]}
    assert row_of(store).duplicate == 3


def test_after_a_restore_of_the_owner_positions_of_the_old_log_are_forgotten(store: Store) -> None:
    begin(store)
    service = Ear().service(store)
    hand(service, [raw(said(number), number) for number in range(4)])
    store.pause(row_of(store), "from offset 4 on it tells another log")
    resume(store, *PLACE, 4, other_log=True)
    hand(service, [raw(said(4), 4, 1, log="restored")])
    assert notes(store)["ada"] == [0, 1, 2, 3, 4]
    assert (row_of(store).log, row_of(store).position) == ("restored", 1)


def test_a_partition_that_flows_is_not_moved_under_its_worker(store: Store) -> None:
    begin(store)
    with pytest.raises(CannotResume, match="is not paused"):
        resume(store, *PLACE, 9)


def test_a_partition_cannot_go_back_over_records_that_are_parked(store: Store) -> None:
    begin(store)
    hand(Ear().service(store), [raw(said(0, how="maimed"), 0), raw(said(0, "bob"), 1)])
    store.pause(row_of(store), "an operator looks at it")
    with pytest.raises(CannotResume, match="retry or discard"):
        resume(store, *PLACE, 0)
    assert resume(store, *PLACE, 1).next_offset == 1


def test_a_worker_that_lost_a_partition_does_not_pause_it_under_its_successor(store: Store) -> None:
    begin(store)
    before = row_of(store)
    hand(Ear().service(store), [raw(said(0), 0)])
    store.pause(before, "what an old worker thought")
    assert row_of(store).paused is None


def test_two_workers_that_take_up_a_resumed_partition_do_so_once(store: Store) -> None:
    begin(store)
    store.pause(row_of(store), "an operator looks at it")
    resumed = resume(store, *PLACE, 0)
    take_up(store, resumed, Found("new-topic-id", 0, 0))
    with pytest.raises(Fenced):
        take_up(store, replace(resumed), Found("new-topic-id", 0, 0))
