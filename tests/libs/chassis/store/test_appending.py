"""Events: versions without gaps, nothing appended on a stale version, everything in the log once and in order."""

from uuid import uuid4

import pytest
from recado_chassis.store import Changes, Conflict, Store

from tests.libs.chassis.store.conftest import AnyStore
from tests.libs.chassis.store.rows import NOON, ORGANISATION, alias, append, commit, event, events, log_of


def test_what_was_appended_is_read_back_as_it_was(store: Store) -> None:
    row = event("customer-é", state=b'{"data":"\xc3\xa9 \\u0000"}')

    position = append(store, [row])

    (read,) = store.read(0, 10)
    assert (read.stream, read.version, read.type, read.state, read.event_id) == (
        "customer-é", 1, "tests.happened.v1", b'{"data":"\xc3\xa9 \\u0000"}', row.event_id,
    )  # fmt: skip
    assert (read.organisation_id, read.recorded_at, read.position) == (ORGANISATION, NOON, position)


def test_a_commit_answers_its_last_position_and_the_log_ends_there(store: Store) -> None:
    assert store.end() == 0
    first = append(store, events("a", [1, 2]))
    second = append(store, [event("b"), event("a", 3)])

    assert first < second == store.end()
    assert log_of(store) == [("a", 1), ("a", 2), ("b", 1), ("a", 3)]


def test_a_commit_without_events_answers_the_position_the_log_has(store: Store) -> None:
    last = append(store, events("a", [1]))

    assert commit(store, Changes()) == last
    assert commit(store, Changes(claims={alias("x"): "a"})) == last


@pytest.mark.parametrize("locked", [False, True])
def test_a_stale_append_is_refused_and_leaves_nothing(store: Store, locked: bool) -> None:
    append(store, events("a", [1, 2]))

    for expected in (0, 1, 3):
        stale = Changes(expected={"a": expected}, events=[event("a", expected + 1), event("b")])
        with pytest.raises(Conflict):
            commit(store, stale, locked=locked)

    assert log_of(store) == [("a", 1), ("a", 2)]


def test_a_stream_that_was_only_read_must_not_have_moved_either(store: Store) -> None:
    append(store, events("rota", [1]))
    append(store, events("rota", [2]))

    with pytest.raises(Conflict):
        commit(store, Changes(expected={"rota": 1, "conversation": 0}, events=[event("conversation")]))
    with pytest.raises(Conflict):
        commit(store, Changes(expected={"new": 0, "gone": 1}, claims={alias("x"): "a"}))

    assert log_of(store) == [("rota", 1), ("rota", 2)]


def test_versions_have_no_gaps_whatever_is_asked_for(store: Store) -> None:
    with pytest.raises(ValueError, match="would not follow version 0"):
        commit(store, Changes(expected={"a": 0}, events=[event("a", 2)]))
    with pytest.raises(ValueError, match="would not follow version 1"):
        append(store, events("a", [1, 3]))
    with pytest.raises(Conflict):
        append(store, events("a", [5]))

    assert log_of(store) == []


def test_an_event_id_is_stored_once(store: Store) -> None:
    once = uuid4()
    append(store, [event("a", event_id=once)])

    with pytest.raises(Conflict):
        append(store, [event("b", event_id=once)])

    assert log_of(store) == [("a", 1)]


def test_the_log_is_read_in_pages_above_a_position(store: Store) -> None:
    append(store, events("a", range(1, 8)))

    first = store.read(0, 3)
    second = store.read(first[-1].position or 0, 3)
    rest = store.read(second[-1].position or 0, 3)

    assert [row.version for row in [*first, *second, *rest]] == [1, 2, 3, 4, 5, 6, 7]
    assert store.read(rest[-1].position or 0, 3) == []


def test_the_log_is_read_in_pages_of_some_types_alone(store: Store) -> None:
    append(store, [event("a", number, type="wanted" if number % 3 == 0 else "other") for number in range(1, 13)])

    first = store.read(0, 3, ["wanted", "never stored"])
    rest = store.read(first[-1].position or 0, 3, ["wanted", "never stored"])

    assert [row.version for row in first] == [3, 6, 9]
    assert [row.version for row in rest] == [12]
    assert store.read(0, 3, ["never stored"]) == []


def test_the_log_of_one_organisation_is_read_up_to_a_position(store: Store) -> None:
    theirs = uuid4()
    rows = [
        event("a", number)._replace(organisation_id=theirs if number % 2 else ORGANISATION) for number in range(1, 8)
    ]
    append(store, rows)
    until = store.read(0, 6)[-1].position or 0

    assert [row.version for row in store.read_of(theirs, 0, until, 10)] == [1, 3, 5]
    first, second = store.read_of(theirs, 0, until, 2)
    assert [row.version for row in store.read_of(theirs, first.position or 0, until, 10)] == [3, 5]
    assert store.read_of(theirs, second.position or 0, second.position or 0, 10) == []
    assert store.read_of(uuid4(), 0, until, 10) == []


def test_a_commit_of_many_events_keeps_their_order(store: Store) -> None:
    rows = [event(f"s{number % 7}", number // 7 + 1) for number in range(700)]

    append(store, rows)

    assert log_of(store) == [(row.stream, row.version) for row in rows]


def test_streams_are_loaded_from_where_each_is_known(store: Store) -> None:
    append(store, events("a", [1, 2, 3]))
    append(store, events("b", [1]))

    with store.session() as session:
        loaded = session.load({"a": 1, "b": 1, "none": 0})

    assert {stream: [row.version for row in rows] for stream, rows in loaded.items() if rows} == {"a": [2, 3]}
    assert [row.position for row in loaded["a"]] == [2, 3]


def test_a_locked_session_that_does_not_commit_lets_others_write(store: Store) -> None:
    with store.session(locked=True) as session:
        session.load({"a": 0})

    assert append(store, events("a", [1])) == store.end() == 1


def test_a_log_has_an_incarnation_until_it_is_renewed(store: AnyStore) -> None:
    before = store.log_id()

    assert before == store.log_id()
    assert store.renew_log() == store.log_id() != before
