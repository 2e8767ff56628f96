"""Effects: an adapter's own rows in the transaction of the events that cause them."""

from typing import Any

import psycopg
import pytest
from psycopg import Connection
from recado_chassis.store import Changes, Conflict, Unavailable
from recado_chassis.storing.memory import MemoryStore
from recado_chassis.storing.postgres import PostgresStore

from tests.libs.chassis.store.rows import append, commit, event, log_of


@pytest.fixture
def buckets(postgres_store: PostgresStore) -> PostgresStore:
    with postgres_store.connection() as connection:
        connection.execute("CREATE TABLE buckets (number text PRIMARY KEY, level int CHECK (level < 3))")
        connection.execute("INSERT INTO buckets VALUES ('55', 0)")
    return postgres_store


def test_a_question_of_a_screen_ends_before_it_keeps_others_from_asking(postgres_store: PostgresStore) -> None:
    with postgres_store.connection() as connection:
        assert connection.execute("SHOW statement_timeout").fetchone() == ("15s",)
        connection.execute("SET statement_timeout = '20ms'")
    with pytest.raises(Unavailable), postgres_store.connection() as connection:
        connection.execute("SELECT pg_sleep(5)")
    with postgres_store.connection() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def fill(connection: Connection[Any]) -> None:
    row = connection.execute("UPDATE buckets SET level = level + 1 RETURNING level").fetchone()
    assert row is not None
    if row[0] == 2:
        raise Conflict("the bucket is full")


def level(store: PostgresStore) -> int:
    with store.connection() as connection:
        row = connection.execute("SELECT level FROM buckets").fetchone()
    assert row is not None
    return int(row[0])


def test_an_effect_is_committed_with_its_events_or_not_at_all(buckets: PostgresStore) -> None:
    commit(buckets, Changes(events=[event("a")], effects=[fill]))
    assert (level(buckets), log_of(buckets)) == (1, [("a", 1)])

    with pytest.raises(Conflict, match="full"):
        commit(buckets, Changes(events=[event("a", 2)], effects=[fill]))
    with pytest.raises(Conflict):
        commit(buckets, Changes(events=[event("a", 1)], effects=[fill]))

    assert (level(buckets), log_of(buckets)) == (1, [("a", 1)])


def test_an_effect_that_hides_a_failed_statement_commits_nothing(buckets: PostgresStore) -> None:
    def careless(connection: Connection[Any]) -> None:
        with pytest.raises(psycopg.errors.CheckViolation):
            connection.execute("UPDATE buckets SET level = 9")

    with pytest.raises(psycopg.errors.InFailedSqlTransaction):
        commit(buckets, Changes(effects=[fill, careless]))

    assert (level(buckets), append(buckets, [event("a")])) == (0, buckets.end())


def test_the_store_in_memory_refuses_effects_and_says_why() -> None:
    store = MemoryStore()

    with pytest.raises(TypeError, match="PostgresStore"):
        commit(store, Changes(events=[event("a")], effects=[fill]))

    assert log_of(store) == []
