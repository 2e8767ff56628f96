"""Followers: every event once and in order, soon after its commit, through failures and outages."""

import statistics
import threading
import time
from collections.abc import Sequence
from contextlib import closing

from recado_chassis.following.follower import POLL, Follower
from recado_chassis.store import EventRow
from recado_chassis.storing.postgres import PostgresStore

from deploy.local.provider import Postgres
from tests.libs.chassis.store.conftest import AnyStore, migrated
from tests.libs.chassis.store.rows import append, events


class Heard:
    """What a follower was given; it may refuse some times first."""

    def __init__(self, refusals: int = 0) -> None:
        self.versions: list[int] = []
        self._refusals = refusals

    def __call__(self, page: Sequence[EventRow]) -> None:
        if self._refusals:
            self._refusals -= 1
            raise LookupError
        self.versions += [row.version for row in page]


def test_a_follower_is_given_what_was_and_what_comes(store: AnyStore) -> None:
    append(store, events("a", [1, 2, 3]))
    heard = Heard()
    follower = Follower(store.tail, heard)
    assert follower.reason() is not None
    follower.start()
    try:
        assert follower.wait_for(3, 5)
        assert follower.wait_for(append(store, events("a", [4])), 5)
        assert follower.position == store.end()
        assert follower.reason() is None
    finally:
        follower.stop()

    assert heard.versions == [1, 2, 3, 4]


def test_a_follower_begins_above_a_position_and_does_not_wait_for_ever(store: AnyStore) -> None:
    append(store, events("a", [1, 2, 3]))
    heard = Heard()
    follower = Follower(store.tail, heard, after=2)
    follower.start()
    try:
        assert follower.wait_for(3, 5)
        assert not follower.wait_for(4, 0.05)
    finally:
        follower.stop()

    assert heard.versions == [3]


def test_a_page_that_was_refused_is_given_again(store: AnyStore) -> None:
    append(store, events("a", [1, 2]))
    heard = Heard(refusals=1)
    follower = Follower(store.tail, heard)
    follower.start()
    try:
        assert follower.wait_for(2, 10)
    finally:
        follower.stop()

    assert heard.versions == [1, 2]


def test_a_failing_follower_says_where_and_no_value(store: AnyStore) -> None:
    append(store, events("a", [1]))
    follower = Follower(store.tail, Heard(refusals=1000))
    follower.start()
    try:
        while (follower.reason() or "").startswith("has only"):
            time.sleep(0.01)
        assert str(follower.reason()).startswith("LookupError at test_following.py:")
    finally:
        follower.stop()


def test_a_follower_stops_promptly_and_one_that_never_started_does_too(store: AnyStore) -> None:
    follower = Follower(store.tail, Heard())
    follower.stop()
    follower = Follower(store.tail, Heard())
    follower.start()
    assert follower.wait_for(0, 5)

    began = time.monotonic()
    follower.stop()

    assert time.monotonic() - began < POLL
    assert "follower" not in {thread.name for thread in threading.enumerate()}


def test_a_follower_survives_a_server_that_was_killed(own_postgres: Postgres) -> None:
    dsn = own_postgres.create_database("following")
    migrated(dsn)
    heard = Heard()
    with closing(PostgresStore(dsn)) as store:
        append(store, events("a", [1, 2]))
        follower = Follower(store.tail, heard)
        follower.start()
        try:
            assert follower.wait_for(2, 5)
            own_postgres.kill()
            while follower.reason() is None:
                time.sleep(0.01)
            assert str(follower.reason()).startswith("the database is unavailable")
            own_postgres.start()
            last = append(store, events("a", [3]))
            assert follower.wait_for(last, 10)
            assert follower.reason() is None
        finally:
            follower.stop()

    assert heard.versions == [1, 2, 3]


def test_a_follower_is_woken_and_does_not_wait_for_the_next_poll(store: AnyStore) -> None:
    follower = Follower(store.tail, Heard())
    follower.start()
    waits: list[float] = []
    try:
        for version in range(1, 101):
            last = append(store, events("a", [version]))
            began = time.monotonic()
            assert follower.wait_for(last, 5)
            waits.append(time.monotonic() - began)
    finally:
        follower.stop()

    assert statistics.quantiles(waits, n=10)[-1] < POLL / 5
