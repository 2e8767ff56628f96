"""The inbox: partitions move only from where a batch saw them, all of a batch's or none."""

from dataclasses import replace

import pytest
from recado_chassis.store import Changes, Fenced, InboxRow, Store

from tests.libs.chassis.store.rows import alias, commit, event, log_of, move, parked, partition


def seen(store: Store) -> list[InboxRow]:
    """The rows without the time at which each last moved."""
    rows = store.inbox()
    assert all(row.moved_at is not None for row in rows)
    return [replace(row, moved_at=None) for row in rows]


def test_a_partition_is_adopted_once(store: Store) -> None:
    store.adopt(partition(1, 5))
    store.adopt(partition(0, 3, log="log-1", position=40))
    store.adopt(partition(1, 9))

    assert seen(store) == [partition(0, 3, log="log-1", position=40), partition(1, 5)]


def test_a_batch_moves_all_its_partitions_with_their_counts(store: Store) -> None:
    before = [partition(0, 3), partition(1, 5, log="log-1", position=40, accepted=5)]
    for row in before:
        store.adopt(row)

    after = [
        move(before[0], 8, accepted=4, refused=1),
        move(before[1], 6, position=44, accepted=5, duplicate=1, parked=1),
    ]
    commit(store, Changes(moves=after, events=[event("a")]))

    assert seen(store) == [each.after for each in after]
    assert log_of(store) == [("a", 1)]


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"next_offset": 4},
        {"next_offset": 2},
        {"topic_id": "another"},
        {"log": "log-2"},
        {"log": None},
        {"position": 41},
        {"position": None},
        {"paused": "an operator is asked"},
    ],
)
@pytest.mark.parametrize("locked", [False, True])
def test_a_batch_filtered_against_another_row_changes_nothing(
    store: Store, elsewhere: dict[str, object], locked: bool
) -> None:
    other, row = partition(0, 7), partition(1, 3, log="log-1", position=40)
    store.adopt(other)
    store.adopt(row)
    believed = replace(row, **elsewhere)  # type: ignore[arg-type]
    changes = Changes(
        moves=[move(other, 8), move(believed, 9, log="log-1", position=60)],
        events=[event("a")],
        claims={alias("x"): "a"},
        park=[parked(3)],
    )

    with pytest.raises(Fenced):
        commit(store, changes, locked=locked)

    assert seen(store) == [other, row]
    assert (log_of(store), store.parked()) == ([], [])
    with store.session() as session:
        assert session.find([alias("x")]) == {}


def test_a_partition_without_a_row_cannot_move(store: Store) -> None:
    with pytest.raises(Fenced):
        commit(store, Changes(moves=[move(partition(), 1)]))


def test_the_fence_is_told_before_any_other_conflict(store: Store) -> None:
    """A worker whose lost commit had succeeded must not decide again on the streams it moved itself."""
    store.adopt(partition())
    batch = Changes(moves=[move(partition(), 1)], expected={"a": 0}, events=[event("a")], claims={alias("x"): "a"})
    commit(store, batch)

    with pytest.raises(Fenced):
        commit(store, batch)

    assert log_of(store) == [("a", 1)]


def test_a_paused_partition_goes_on_where_an_operator_says(store: Store) -> None:
    store.adopt(partition(0, 3))
    store.adopt(partition(1, 3))
    store.pause(partition(0, 3), "records are lost")
    (row, other) = seen(store)
    assert (row.paused, other.paused) == ("records are lost", None)

    commit(store, Changes(moves=[move(row, 10, paused=None)]))
    assert seen(store)[0] == partition(0, 10)

    store.pause(partition(0, 3), "as somebody thinks who saw it long ago")
    assert seen(store)[0] == partition(0, 10)
