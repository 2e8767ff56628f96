"""Projections: each event counted once, by one process at a time, whatever breaks."""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any

import psycopg
import pytest
from psycopg import Connection
from recado_chassis.following.follower import POLL
from recado_chassis.following.projections import Projector, Shown
from recado_chassis.mapper import Placed
from recado_chassis.metrics import PROJECTION_FAILING, PROJECTION_LAG
from recado_chassis.storing import postgres_tail
from recado_chassis.storing.migrate import migrate
from recado_chassis.storing.postgres import PostgresStore
from recado_chassis.storing.postgres_locks import PROJECTION, try_for_session

from deploy.local.provider import Postgres
from tests.libs.chassis.store.shelves import MAPPER, Shelves, Shelving
from tests.servers.database_factory import DatabaseFactory


def shelved(dsn: str) -> None:
    migrate(dsn, None, [Shelves()])


@pytest.fixture
def dsn(database: DatabaseFactory) -> str:
    """A database of this test alone, with the tables of `Shelves`."""
    return database(shelved)


def counts(store: PostgresStore) -> dict[str, int]:
    with store.connection() as connection:
        return dict(connection.execute("SELECT shelf, books FROM view_shelves.counts").fetchall())


def eventually(condition: Callable[[], bool], seconds: float = 10.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.005)
    return True


def shows(store: PostgresStore, position: int) -> bool:
    return eventually(lambda: store.projected(["shelves"]) >= position)


def test_a_view_shows_what_was_and_what_comes(postgres_store: PostgresStore, dsn: str) -> None:
    shelving = Shelving(postgres_store)
    shelving.shelve("aab")
    projector = Projector(dsn, [Shelves()], MAPPER)
    assert projector.reasons() == {"shelves": "has only just started"}
    projector.start()
    try:
        assert shows(postgres_store, 3)
        assert shows(postgres_store, shelving.shelve("bc"))
        assert counts(postgres_store) == {"a": 2, "b": 2, "c": 1}
        assert projector.ready()
        assert eventually(lambda: lag() == 0)
    finally:
        projector.stop()


def test_many_projectors_together_count_each_event_once(postgres_store: PostgresStore, dsn: str) -> None:
    projectors = [Projector(dsn, [Shelves()], MAPPER) for _ in range(3)]
    for projector in projectors:
        projector.start()
    shelving = Shelving(postgres_store)
    for number in range(50):
        shelving.shelve("ab" * (number % 5 + 1))
        if number in {15, 30}:
            projectors[number // 15 - 1].stop()

    assert shows(postgres_store, postgres_store.end())
    assert eventually(projectors[2].ready)
    projectors[2].stop()
    assert counts(postgres_store) == {"a": 150, "b": 150}


def test_a_standby_takes_over_and_is_well_meanwhile(postgres_store: PostgresStore, dsn: str) -> None:
    first, second = (Projector(dsn, [Shelves()], MAPPER) for _ in range(2))
    first.start()
    assert eventually(first.ready)
    second.start()
    assert eventually(second.ready)
    first.stop()
    try:
        assert shows(postgres_store, Shelving(postgres_store).shelve("a"))
    finally:
        second.stop()


def test_a_frozen_projector_is_replaced(
    postgres_store: PostgresStore, dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_tail, "SILENCE", "SET idle_session_timeout = '3s'")
    with closing(postgres_tail.PostgresTail(dsn, "frozen")) as frozen:
        assert try_for_session(frozen.connection, PROJECTION, "shelves")
        successor = Projector(dsn, [Shelves()], MAPPER)
        successor.start()
        try:
            assert shows(postgres_store, Shelving(postgres_store).shelve("a"))
            assert eventually(lambda: lag() == 0)
        finally:
            successor.stop()


class Failing(Shelves):
    """Fails on pages that hold a certain shelf, as long as it is told to."""

    def __init__(self) -> None:
        self.fails = True

    def write(self, connection: Connection[Any], page: Sequence[Placed]) -> None:
        super().write(connection, page)
        if self.fails:
            raise LookupError("Maria's shelf is missing")


def lag() -> float:
    return float(PROJECTION_LAG.labels("shelves")._value.get())


def test_a_projection_that_fails_shows_it_and_goes_on_when_it_can(postgres_store: PostgresStore, dsn: str) -> None:
    shelving = Shelving(postgres_store)
    last = shelving.shelve("aaa")
    failing = Failing()
    projector = Projector(dsn, [failing], MAPPER)
    projector.start()
    try:
        assert eventually(lambda: "LookupError" in projector.reasons().get("shelves", ""))
        assert projector.reasons()["shelves"].startswith("LookupError at test_projections.py:")
        assert not projector.ready()
        assert eventually(lambda: PROJECTION_FAILING.labels("shelves")._value.get() == 1)
        assert lag() == 3
        assert counts(postgres_store) == {}

        failing.fails = False
        assert shows(postgres_store, last)
        assert eventually(projector.ready)
        assert counts(postgres_store) == {"a": 3}
        assert PROJECTION_FAILING.labels("shelves")._value.get() == 0
    finally:
        projector.stop()


@pytest.mark.parametrize(
    ("ddl", "told"), [("CREATE TABLE counts (id uuid)", "`recado rebuild`"), (None, "`recado migrate`")]
)
def test_tables_of_another_program_are_not_written(
    postgres_store: PostgresStore, dsn: str, ddl: Any, told: str
) -> None:
    shelves = Shelves()
    if ddl:
        shelves.ddl = ddl
    else:
        with psycopg.connect(dsn) as connection:
            connection.execute("DELETE FROM projections")
    Shelving(postgres_store).shelve("a")
    projector = Projector(dsn, [shelves], MAPPER)
    projector.start()
    try:
        assert eventually(lambda: told in projector.reasons().get("shelves", ""))
        assert counts(postgres_store) == {}
    finally:
        projector.stop()


def test_a_projector_survives_ended_backends_and_counts_nothing_twice(postgres_store: PostgresStore, dsn: str) -> None:
    projector = Projector(dsn, [Shelves()], MAPPER)
    projector.start()
    shelving = Shelving(postgres_store)
    try:
        for _ in range(5):
            shelving.shelve("abc" * 10)
            with psycopg.connect(dsn) as killer:
                killer.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'recado proj%'"
                )
        assert shows(postgres_store, postgres_store.end())
        assert counts(postgres_store) == {"a": 50, "b": 50, "c": 50}
    finally:
        projector.stop()


def test_a_projector_survives_a_server_that_was_killed(own_postgres: Postgres) -> None:
    dsn = own_postgres.create_database("projecting")
    shelved(dsn)
    projector = Projector(dsn, [Shelves()], MAPPER)
    with closing(PostgresStore(dsn)) as store:
        shelving = Shelving(store)
        projector.start()
        try:
            assert shows(store, shelving.shelve("aa"))
            own_postgres.kill()
            assert eventually(lambda: "unavailable" in projector.reasons().get("shelves", ""))
            own_postgres.start()
            assert shows(store, shelving.shelve("a"))
            assert eventually(projector.ready)
            assert counts(store) == {"a": 3}
        finally:
            projector.stop()


def test_a_projector_stops_promptly(dsn: str) -> None:
    projector = Projector(dsn, [Shelves()], MAPPER)
    projector.start()
    assert eventually(projector.ready)

    began = time.monotonic()
    projector.stop()

    assert time.monotonic() - began < POLL
    assert "projection shelves" not in {thread.name for thread in threading.enumerate()}


async def test_readers_wait_until_the_views_show_their_writes(postgres_store: PostgresStore, dsn: str) -> None:
    shown = Shown(lambda: postgres_store.projected(["shelves"]))
    last = Shelving(postgres_store).shelve("abc")
    assert not await shown.wait_for(last, 0.05)
    projector = Projector(dsn, [Shelves()], MAPPER)
    projector.start()
    try:
        assert await shown.wait_for(last, 5)
        assert counts(postgres_store) == {"a": 1, "b": 1, "c": 1}
    finally:
        projector.stop()


def test_views_that_are_not_all_there_show_nothing(postgres_store: PostgresStore) -> None:
    assert postgres_store.projected(["shelves", "missing"]) == 0
