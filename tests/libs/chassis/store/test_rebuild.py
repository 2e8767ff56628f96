"""Rebuilding: changes nothing, disturbs nobody, and can be killed at any moment."""

import subprocess
import sys
import threading
from collections.abc import Iterator

import psycopg
import pytest
from recado_chassis.crash import SETTING
from recado_chassis.following.projections import Projector
from recado_chassis.following.rebuild import RebuildRuns, digest, rebuild
from recado_chassis.storing.migrate import migrate
from recado_chassis.storing.postgres import PostgresStore
from recado_chassis.storing.postgres_connections import connect
from recado_chassis.storing.postgres_locks import REBUILD, try_for_session

from tests.libs.chassis.store.shelves import MAPPER, Shelves, Shelving
from tests.libs.chassis.store.test_projections import counts, eventually, shelved, shows
from tests.servers.database_factory import DatabaseFactory


@pytest.fixture
def dsn(database: DatabaseFactory) -> str:
    """A database of this test alone, with the tables of `Shelves`."""
    return database(shelved)


@pytest.fixture
def projector(dsn: str) -> Iterator[Projector]:
    """Already at work."""
    projector = Projector(dsn, [Shelves()], MAPPER)
    projector.start()
    yield projector
    projector.stop()


def schemas(dsn: str) -> set[str]:
    with psycopg.connect(dsn) as connection:
        return {name for (name,) in connection.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'view%'")}


def test_a_rebuild_changes_nothing(postgres_store: PostgresStore, dsn: str, projector: Projector) -> None:
    shelving = Shelving(postgres_store)
    for number in range(30):
        shelving.shelve(chr(ord("a") + number % 7) * (number * 11))
    last = postgres_store.end()
    assert last > 4000, "more than two pages"
    assert shows(postgres_store, last)
    before = digest(dsn, Shelves())
    reported: list[tuple[int, int]] = []

    assert rebuild(dsn, Shelves(), MAPPER, lambda position, end: reported.append((position, end))) == last

    assert digest(dsn, Shelves()) == before
    assert reported == [(2000, last), (4000, last), (last, last)]
    assert schemas(dsn) == {"view_shelves"}


def test_a_digest_tells_different_contents_apart(postgres_store: PostgresStore, dsn: str, projector: Projector) -> None:
    shelving = Shelving(postgres_store)
    empty = digest(dsn, Shelves())
    assert shows(postgres_store, shelving.shelve("ab"))
    once = digest(dsn, Shelves())
    assert shows(postgres_store, shelving.shelve("a"))

    assert len({empty, once, digest(dsn, Shelves())}) == 3


def test_a_rebuild_repairs_what_was_damaged(postgres_store: PostgresStore, dsn: str, projector: Projector) -> None:
    assert shows(postgres_store, Shelving(postgres_store).shelve("aab"))
    before = digest(dsn, Shelves())
    with psycopg.connect(dsn) as connection:
        connection.execute("UPDATE view_shelves.counts SET books = 99")

    rebuild(dsn, Shelves(), MAPPER)

    assert digest(dsn, Shelves()) == before


def test_writes_and_reads_go_on_during_rebuilds(postgres_store: PostgresStore, dsn: str, projector: Projector) -> None:
    shelving = Shelving(postgres_store)
    for _ in range(5):
        shelving.shelve("abc" * 300)
    stop = threading.Event()
    seen: list[int] = []
    positions: list[int] = []

    def write() -> None:
        while not stop.is_set():
            shelving.shelve("abc")

    def read() -> None:
        while not stop.is_set():
            seen.append(counts(postgres_store)["a"])
            positions.append(postgres_store.projected(["shelves"]))

    assert shows(postgres_store, 4500)
    threads = [threading.Thread(target=write), threading.Thread(target=read)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(3):
            rebuild(dsn, Shelves(), MAPPER)
    finally:
        stop.set()
        for thread in threads:
            thread.join()

    assert shows(postgres_store, postgres_store.end())
    assert seen == sorted(seen)
    assert positions == sorted(positions)
    assert counts(postgres_store) == dict.fromkeys("abc", postgres_store.end() // 3)
    followed = digest(dsn, Shelves())
    rebuild(dsn, Shelves(), MAPPER)
    assert digest(dsn, Shelves()) == followed


@pytest.mark.parametrize("point", ["rebuild.before_swap", "rebuild.after_swap"])
def test_a_rebuild_that_was_killed_leaves_a_whole_view_and_the_next_one_tidies_up(
    postgres_store: PostgresStore, dsn: str, projector: Projector, point: str
) -> None:
    shelving = Shelving(postgres_store)
    assert shows(postgres_store, shelving.shelve("aab"))
    before = digest(dsn, Shelves())
    program = (
        "import sys; from recado_chassis.following.rebuild import rebuild;"
        "from tests.libs.chassis.store.shelves import *; rebuild(sys.argv[1], Shelves(), MAPPER)"
    )

    done = subprocess.run([sys.executable, "-c", program, dsn], env={SETTING: point, "PYTHONPATH": "."}, check=False)

    assert done.returncode == -9
    assert len(schemas(dsn)) == 2
    assert digest(dsn, Shelves()) == before
    assert shows(postgres_store, shelving.shelve("c"))
    rebuild(dsn, Shelves(), MAPPER)
    assert schemas(dsn) == {"view_shelves"}
    assert counts(postgres_store) == {"a": 2, "b": 1, "c": 1}


def test_only_one_rebuild_runs_at_a_time(dsn: str) -> None:
    with connect(dsn, "tests") as connection:
        assert try_for_session(connection, REBUILD, "shelves")
        with pytest.raises(RebuildRuns):
            rebuild(dsn, Shelves(), MAPPER)
    rebuild(dsn, Shelves(), MAPPER)


class WiderShelves(Shelves):
    ddl = f"{Shelves.ddl} CREATE INDEX by_number ON latest (number);"


def test_changed_tables_are_taken_up_by_a_rebuild_and_the_old_program_stops_writing(
    postgres_store: PostgresStore, dsn: str, projector: Projector
) -> None:
    shelving = Shelving(postgres_store)
    assert shows(postgres_store, shelving.shelve("a"))
    assert migrate(dsn, None, [WiderShelves()]) == ["shelves"]

    rebuild(dsn, WiderShelves(), MAPPER)
    assert migrate(dsn, None, [WiderShelves()]) == []
    last = shelving.shelve("a")
    assert eventually(lambda: "`recado rebuild`" in projector.reasons().get("shelves", ""))
    projector.stop()
    successor = Projector(dsn, [WiderShelves()], MAPPER)
    successor.start()
    try:
        assert shows(postgres_store, last)
        assert counts(postgres_store) == {"a": 2}
    finally:
        successor.stop()


def test_a_rebuild_that_fails_leaves_the_view_as_it_was(
    postgres_store: PostgresStore, dsn: str, projector: Projector
) -> None:
    assert shows(postgres_store, Shelving(postgres_store).shelve("a"))

    class Broken(Shelves):
        def write(self, connection: object, page: object) -> None:
            raise LookupError

    with pytest.raises(LookupError):
        rebuild(dsn, Broken(), MAPPER)

    assert counts(postgres_store) == {"a": 1}
    assert shows(postgres_store, Shelving(postgres_store).shelve("a"))
