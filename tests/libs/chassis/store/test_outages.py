"""Outages: what is unknown is said to be, a retry has one effect, and all is well again without a restart."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest
from recado_chassis.crash import SETTING
from recado_chassis.ports import SystemClock, Uuid7
from recado_chassis.store import Changes, Fenced, Unavailable
from recado_chassis.storing.postgres import PostgresStore
from recado_chassis.storing.postgres_locks import WRITERS, take_for_transaction
from recado_chassis.streams import Streams

from deploy.local.provider import Postgres
from tests.libs.chassis.store.conftest import migrated
from tests.libs.chassis.store.losing_proxy import LosingProxy, Loss
from tests.libs.chassis.store.rows import append, command, command_key, commit, event, events, log_of, move, partition
from tests.libs.chassis.store.shelves import COUNTING, MAPPER, Shelving


@pytest.fixture
def proxy(dsn: str) -> Iterator[LosingProxy]:
    with closing(LosingProxy(dsn)) as proxy:
        yield proxy


@pytest.fixture
def far_store(proxy: LosingProxy) -> Iterator[PostgresStore]:
    with closing(PostgresStore(proxy.dsn)) as store:
        yield store


@pytest.mark.parametrize(("loss", "stored"), [("answer", True), ("request", False)])
def test_a_command_whose_commit_got_no_answer_has_one_effect_when_it_is_retried(
    proxy: LosingProxy, far_store: PostgresStore, loss: Loss, stored: bool
) -> None:
    changes = Changes(events=[event("a")], command=command("k"))
    proxy.loses = loss

    with pytest.raises(Unavailable):
        commit(far_store, changes)

    with far_store.session() as session:
        assert (session.command(command_key("k")) is not None) == stored
    if not stored:
        commit(far_store, changes)
    assert log_of(far_store) == [("a", 1)]


@pytest.mark.parametrize(("loss", "stored"), [("answer", True), ("request", False)])
def test_a_batch_whose_commit_got_no_answer_is_fenced_off_when_it_is_retried(
    proxy: LosingProxy, far_store: PostgresStore, loss: Loss, stored: bool
) -> None:
    far_store.adopt(partition())
    batch = Changes(moves=[move(partition(), 5)], expected={"a": 0}, events=[event("a")])
    proxy.loses = loss

    with pytest.raises(Unavailable):
        commit(far_store, batch)

    assert far_store.inbox()[0].next_offset == (5 if stored else 0)
    if stored:
        with pytest.raises(Fenced):
            commit(far_store, batch)
    else:
        commit(far_store, batch)
    assert log_of(far_store) == [("a", 1)]


def test_a_worker_that_wakes_up_after_it_was_revoked_changes_nothing(store: PostgresStore) -> None:
    store.adopt(partition())
    batch = Changes(moves=[move(partition(), 5)], expected={"a": 0}, events=[event("a")])
    with store.session() as sleeper:
        sleeper.load({"a": 0})
        successor = Changes(moves=[move(partition(), 3)], expected={"a": 0}, events=[event("a", state=b"successor's")])
        commit(store, successor)

        with pytest.raises(Fenced):
            sleeper.commit(batch)

    assert [row.state for row in store.read(0, 10)] == [b"successor's"]
    assert store.inbox()[0].next_offset == 3


def test_a_frozen_holder_of_the_lock_stops_nobody_for_long_and_wakes_up_to_nothing(
    postgres_store: PostgresStore,
) -> None:
    with pytest.raises(Unavailable), postgres_store.session(locked=True) as frozen:  # noqa: PT012 - it must stay open
        frozen.load({"a": 0})
        began = time.monotonic()
        append(postgres_store, events("a", [1]))
        assert time.monotonic() - began < 6
        frozen.commit(Changes(expected={"a": 0}, events=[event("a", state=b"too late")]))

    assert [row.state for row in postgres_store.read(0, 10)] == [b"{}"]


def test_who_is_frozen_while_it_queues_for_the_lock_stops_nobody_for_long(
    postgres_store: PostgresStore, dsn: str
) -> None:
    program = (
        "import sys; from recado_chassis.storing.postgres import PostgresStore\n"
        "from tests.libs.chassis.store.rows import append, events\n"
        "append(PostgresStore(sys.argv[1]), events('b', [1]))"
    )
    with psycopg.connect(dsn) as holder:
        take_for_transaction(holder, WRITERS)
        with subprocess.Popen([sys.executable, "-c", program, dsn], stderr=subprocess.DEVNULL) as queueing:
            wait_for_queue(dsn)
            try:
                queueing.send_signal(signal.SIGSTOP)
                holder.rollback()
                began = time.monotonic()
                append(postgres_store, events("a", [1]))
                assert time.monotonic() - began < 6
            finally:
                queueing.send_signal(signal.SIGCONT)
            assert queueing.wait(30) != 0
    assert log_of(postgres_store) == [("a", 1)]


def wait_for_queue(dsn: str) -> None:
    query = """SELECT 1 FROM pg_stat_activity WHERE application_name = 'recado store' AND wait_event_type = 'Lock'
               AND datname = current_database()"""
    with psycopg.connect(dsn, autocommit=True) as watcher:
        deadline = time.monotonic() + 20
        while not watcher.execute(query).fetchall():
            assert time.monotonic() < deadline, "nobody queues for the lock"
            time.sleep(0.02)


def test_what_was_remembered_is_forgotten_when_connections_broke(postgres_store: PostgresStore, dsn: str) -> None:
    """Behind them may be a database that was restored, with another history."""
    clock = SystemClock()
    streams = Streams(postgres_store, MAPPER, clock, Uuid7(clock))
    Shelving(postgres_store).shelve("aa")
    assert streams.read("shelf-a", COUNTING) == 2
    with psycopg.connect(dsn, autocommit=True) as restorer:
        restorer.execute("SET session_replication_role = replica")
        restorer.execute("DELETE FROM stored_events WHERE originator_version = 2")
        restorer.execute("""SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
                            WHERE application_name = 'recado store' AND datname = current_database()""")
    assert streams.read("shelf-a", COUNTING) == 1


def test_a_lock_that_is_never_given_back_is_told_after_five_seconds(postgres_store: PostgresStore, dsn: str) -> None:
    with psycopg.connect(dsn) as busy:
        busy.execute("SET idle_in_transaction_session_timeout = 0")
        take_for_transaction(busy, WRITERS)
        began = time.monotonic()
        with pytest.raises(Unavailable, match="lock timeout"):
            append(postgres_store, events("a", [1]))
        assert 4 < time.monotonic() - began < 7

    assert append(postgres_store, events("a", [1])) == postgres_store.end()


def test_backends_that_were_ended_are_replaced_unnoticed(postgres_store: PostgresStore, dsn: str) -> None:
    with postgres_store.session(), postgres_store.session(), postgres_store.session():
        append(postgres_store, events("a", [1]))
    with psycopg.connect(dsn, autocommit=True) as killer:
        query = """SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
                   WHERE application_name = 'recado store' AND datname = current_database()"""
        assert killer.execute(query).fetchall() == [(True,)] * 4

    for version in (2, 3, 4, 5, 6):
        append(postgres_store, events("a", [version]))

    assert len(log_of(postgres_store)) == 6


def test_a_server_that_was_killed_is_used_again_as_soon_as_it_is_back(own_postgres: Postgres) -> None:
    dsn = own_postgres.create_database("outage")
    migrated(dsn)
    with closing(PostgresStore(dsn)) as store:
        with store.session(), store.session():
            append(store, events("a", [1, 2]))
        own_postgres.kill()
        for _ in range(3):
            began = time.monotonic()
            with pytest.raises(Unavailable):
                append(store, events("a", [3]))
            assert time.monotonic() - began < 2

        own_postgres.start()
        append(store, events("a", [3]))

        assert log_of(store) == [("a", 1), ("a", 2), ("a", 3)]


@pytest.mark.parametrize(("point", "stored"), [("store.before_commit", []), ("store.after_commit", [("a", 1)])])
def test_a_process_killed_around_its_commit_leaves_all_or_nothing(
    postgres_store: PostgresStore, dsn: str, point: str, stored: list[tuple[str, int]]
) -> None:
    program = (
        "import sys; from recado_chassis.storing.postgres import PostgresStore;"
        "from tests.libs.chassis.store.rows import *;"
        "commit(PostgresStore(sys.argv[1]), Changes(events=[event('a')], claims={alias('x'): 'a'}))"
    )

    done = subprocess.run([sys.executable, "-c", program, dsn], env={SETTING: point, "PYTHONPATH": "."}, check=False)

    assert done.returncode == -9
    assert log_of(postgres_store) == stored
    append(postgres_store, events("b", [1]))
