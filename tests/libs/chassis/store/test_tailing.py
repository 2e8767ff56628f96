"""A reader that follows the log sees every committed event once, in order, and none below one it has seen."""

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from recado_chassis.store import Changes, Conflict, EventRow, Store
from recado_chassis.storing.postgres import PostgresStore

from tests.libs.chassis.store.rows import alias, commit, event

LINGER = """
CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_sleep(random() / 100); RETURN NULL; END $$;
CREATE TRIGGER linger AFTER INSERT ON stored_events FOR EACH STATEMENT EXECUTE FUNCTION linger();
"""
WRITERS = 8
ROUNDS = 40


def write(store: Store, writer: int, committed: list[tuple[str, int]]) -> None:
    """Appends to streams of its own and to one that all share; some commits conflict, some are given up."""
    chance = random.Random(writer)
    own = 0
    for number in range(ROUNDS):
        rows = [event(f"own-{writer}", own + 1 + step) for step in range(chance.randint(1, 20))]
        taken = alias("taken" if chance.random() < 0.3 else f"{writer}-{number}")
        with store.session(locked=chance.random() < 0.3) as session:
            shared = session.load({"shared": 0}).get("shared", [])
            version = len(shared)
            if chance.random() < 0.2:
                continue
            own_events = len(rows)
            if chance.random() < 0.3:
                rows.insert(chance.randrange(len(rows)), event("shared", version + 1))
            try:
                session.commit(Changes(expected={"shared": version}, events=rows, claims={taken: str(writer)}))
            except Conflict:
                continue
        own += own_events
        committed.extend((row.stream, row.version) for row in rows)


def follow(store: Store, done: Callable[[], bool]) -> list[EventRow]:
    seen: list[EventRow] = []
    while True:
        finished = done()
        page = store.read(seen[-1].position or 0 if seen else 0, 7)
        seen.extend(page)
        if finished and not page:
            return seen


@pytest.fixture
def slow_to_commit(store: Store) -> Store:
    """Between taking their positions and committing, transactions of PostgreSQL linger: a chance to overtake."""
    if isinstance(store, PostgresStore):
        with store.connection() as connection:
            connection.execute(LINGER)
    return store


def test_readers_beside_eight_writers_miss_nothing(slow_to_commit: Store) -> None:
    store = slow_to_commit
    commit(store, Changes(claims={alias("taken"): "nobody"}))
    committed: list[tuple[str, int]] = []
    written = threading.Event()
    with ThreadPoolExecutor(WRITERS + 2) as pool:
        readers = [pool.submit(follow, store, written.is_set) for _ in range(2)]
        writers = [pool.submit(write, store, writer, committed) for writer in range(WRITERS)]
        wait(writers)
        written.set()
        for each in writers:
            each.result()
        seen = [reader.result() for reader in readers]

    everything = list(store.read(0, 1_000_000))
    for rows in seen:
        assert {row.position for row in everything} - {row.position for row in rows} == set(), "skipped by a reader"
        assert rows == everything
    assert sorted(committed) == sorted((row.stream, row.version) for row in everything)
    for stream in {row.stream for row in everything}:
        versions = [row.version for row in everything if row.stream == stream]
        assert versions == list(range(1, len(versions) + 1))
