"""The pool of connections: bounded, clean after use, and never lending one that is dead or old."""

import threading
from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest
from recado_chassis.store import Unavailable
from recado_chassis.storing import postgres_pool
from recado_chassis.storing.postgres_connections import connect
from recado_chassis.storing.postgres_pool import Pool


@pytest.fixture
def pool(dsn: str) -> Iterator[Pool]:
    with closing(Pool(lambda: connect(dsn, "tests"), 2, patience=0.2)) as pool:
        yield pool


def backend(connection: psycopg.Connection[object]) -> int:
    return connection.info.backend_pid


def test_connections_are_used_again_and_only_as_many_as_allowed(pool: Pool) -> None:
    with pool.connection() as first, pool.connection() as second:
        pids = {backend(first), backend(second)}
        with pytest.raises(Unavailable, match="all 2 database connections were busy"), pool.connection():
            pytest.fail("a third one was lent")
    assert len(pids) == 2

    for _ in range(5):
        with pool.connection() as again:
            assert backend(again) in pids


def test_who_waits_gets_the_next_one_that_comes_back(pool: Pool) -> None:
    lent, waiting = pool.connection(), threading.Event()
    lent.__enter__()
    got: list[int] = []

    def wait() -> None:
        with pool.connection(), pool.connection() as connection:
            got.append(backend(connection))

    thread = threading.Thread(target=wait)
    thread.start()
    waiting.wait(0.05)
    lent.__exit__(None, None, None)
    thread.join(5)

    assert len(got) == 1


def test_what_was_left_open_is_rolled_back(pool: Pool) -> None:
    with pool.connection() as connection:
        pid = backend(connection)
        connection.execute("BEGIN")
        connection.execute("CREATE TABLE left_behind ()")
    with pytest.raises(psycopg.errors.UndefinedTable), pool.connection() as connection:
        connection.execute("BEGIN; SELECT * FROM nowhere")
    with pool.connection() as connection:
        assert backend(connection) == pid
        assert connection.execute("SELECT to_regclass('left_behind')").fetchone() == (None,)


def test_a_dead_connection_is_not_lent(pool: Pool, dsn: str) -> None:
    with pool.connection() as one, pool.connection() as other:
        dead = [backend(one), backend(other)]
    with psycopg.connect(dsn) as killer:
        killer.execute("SELECT pg_terminate_backend(pid, 5000) FROM unnest(%s::int[]) AS pid", [dead])

    with pool.connection() as one, pool.connection() as other:
        assert not {backend(one), backend(other)} & set(dead)


def test_a_broken_connection_does_not_come_back(pool: Pool) -> None:
    def break_one() -> int:
        with pool.connection() as connection:
            pid = backend(connection)
            with pytest.raises(psycopg.OperationalError):
                connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return pid

    assert break_one() != break_one()


def test_an_old_connection_is_replaced(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    with pool.connection() as connection:
        pid = backend(connection)
    monkeypatch.setattr(postgres_pool, "MAX_AGE", 0.0)

    with pool.connection() as connection:
        assert backend(connection) != pid


def test_a_closed_pool_lends_nothing_and_takes_back_what_it_lent(pool: Pool) -> None:
    with pool.connection() as connection:
        pool.close()
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert connection.closed

    with pytest.raises(Unavailable, match="closed"), pool.connection():
        pytest.fail("a closed pool lent a connection")
