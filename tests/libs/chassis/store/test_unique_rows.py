"""Unique rows: one owner at a time, under any order of claims and releases."""

import pytest
from recado_chassis.store import Changes, Conflict, Store, UniqueKey

from tests.libs.chassis.store.rows import ORGANISATION, alias, commit, event, log_of


def owner(store: Store, key: UniqueKey) -> str | None:
    with store.session() as session:
        return session.find([key]).get(key)


def test_claimed_keys_are_found_by_their_whole_name(store: Store) -> None:
    everywhere = UniqueKey("number", "", "55")
    commit(store, Changes(claims={alias("x"): "customer-1", everywhere: "channel-1"}))

    with store.session() as session:
        found = session.find([alias("x"), alias("y"), alias("x", kind="other"), everywhere, alias("x")])
        nothing = session.find([])

    assert found == {alias("x"): "customer-1", everywhere: "channel-1"}
    assert nothing == {}


def test_a_taken_key_cannot_be_claimed_and_nothing_of_the_transaction_stays(store: Store) -> None:
    commit(store, Changes(claims={alias("x"): "customer-1"}))

    with pytest.raises(Conflict):
        commit(
            store, Changes(claims={alias("w"): "customer-2", alias("x"): "customer-2"}, events=[event("customer-2")])
        )

    assert (owner(store, alias("w")), owner(store, alias("x"))) == (None, "customer-1")
    assert log_of(store) == []


def test_a_released_key_is_free(store: Store) -> None:
    commit(store, Changes(claims={alias("x"): "customer-1"}))
    commit(store, Changes(releases={alias("x"): "customer-1"}))
    commit(store, Changes(claims={alias("x"): "customer-2"}))

    assert owner(store, alias("x")) == "customer-2"


def test_a_key_moves_to_another_owner_in_one_transaction(store: Store) -> None:
    commit(store, Changes(claims={alias("x"): "customer-1"}))
    commit(store, Changes(releases={alias("x"): "customer-1"}, claims={alias("x"): "customer-2"}))

    assert owner(store, alias("x")) == "customer-2"


@pytest.mark.parametrize("believed", ["customer-2", ""])
def test_only_the_owner_that_was_seen_can_be_released(store: Store, believed: str) -> None:
    commit(store, Changes(claims={alias("x"): "customer-1"}))

    with pytest.raises(Conflict):
        commit(store, Changes(releases={alias("x"): believed}))
    with pytest.raises(Conflict):
        commit(store, Changes(releases={alias("nobody's"): "customer-1"}))

    assert owner(store, alias("x")) == "customer-1"


def test_hundreds_of_keys_are_claimed_and_found_at_once(store: Store) -> None:
    claims = {UniqueKey("wamid", str(ORGANISATION), f"{number * 7919 % 1000}"): f"m{number}" for number in range(500)}
    commit(store, Changes(claims=claims))

    with store.session() as session:
        assert session.find(claims) == claims
