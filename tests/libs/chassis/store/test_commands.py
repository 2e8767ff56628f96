"""Commands: a client's own name for one has one effect and one answer, for 30 days."""

from dataclasses import replace
from datetime import timedelta

import pytest
from recado_chassis.store import Changes, CommandKey, Conflict, Store

from tests.libs.chassis.store.conftest import AnyStore
from tests.libs.chassis.store.rows import NOON, append, command, command_key, commit, event, events, log_of


def test_an_answer_is_kept_with_the_position_of_its_transaction(store: Store) -> None:
    append(store, events("a", [1, 2]))

    position = commit(store, Changes(events=events("b", [1, 2]), command=command("k", b'{"id":1}')))

    with store.session() as session:
        assert session.command(command_key("k")) == replace(command("k", b'{"id":1}'), position=position)
        assert session.command(command_key("other")) is None
    assert position == store.end()


def test_a_command_without_events_is_kept_with_the_position_of_the_log(store: Store) -> None:
    assert commit(store, Changes(command=command("first"))) == 0
    last = append(store, events("a", [1]))

    assert commit(store, Changes(command=command("k"))) == last
    with store.session() as session:
        kept = session.command(command_key("k"))
        assert kept is not None
        assert kept.position == last


def test_the_second_of_two_equal_commands_leaves_nothing(store: Store) -> None:
    commit(store, Changes(events=[event("a")], command=command("k")))

    with pytest.raises(Conflict):
        commit(store, Changes(events=[event("b")], command=command("k")))

    assert log_of(store) == [("a", 1)]


def test_keys_belong_to_one_user_of_one_organisation(store: Store) -> None:
    for key in (CommandKey("o1", "u1", "k"), CommandKey("o1", "u2", "k"), CommandKey("", "u1", "k")):
        commit(store, Changes(command=replace(command("k"), key=key)))

    with store.session() as session:
        assert session.command(CommandKey("o2", "u1", "k")) is None
        assert session.command(CommandKey("", "u1", "k")) is not None


def test_old_answers_are_forgotten_and_newer_ones_stay(store: AnyStore) -> None:
    for age in range(5):
        row = replace(command(f"{age} days old"), done_at=NOON - timedelta(days=age))
        commit(store, Changes(command=row))

    assert store.forget_commands(NOON - timedelta(days=2), limit=1) == 1
    assert store.forget_commands(NOON - timedelta(days=2)) == 1
    assert store.forget_commands(NOON - timedelta(days=2)) == 0
    with store.session() as session:
        kept = [age for age in range(5) if session.command(command_key(f"{age} days old"))]
    assert kept == [0, 1, 2]
