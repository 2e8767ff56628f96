"""Statements of the store cost the same on a table that was small when they were first planned."""

from contextlib import closing
from typing import Any

from psycopg import Connection
from recado_chassis.store import Changes
from recado_chassis.storing.postgres import LOG, PostgresStore
from recado_chassis.storing.postgres_connections import connect
from recado_chassis.storing.postgres_recorder import page, tails
from recado_chassis.storing.postgres_unique import find

from tests.libs.chassis.store.rows import alias, append, commit, event

PLANNED_ONCE = 10


def scans(connection: Connection[Any], table: str) -> tuple[int, int]:
    """Sequential and index scans of a table by all sessions that have told of theirs."""
    connection.execute("SELECT pg_stat_force_next_flush()")
    row = connection.execute(
        "SELECT seq_scan, idx_scan FROM pg_stat_user_tables WHERE relname = %s", [table]
    ).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


def test_plans_made_on_small_tables_use_the_index(dsn: str, postgres_store: PostgresStore) -> None:
    commit(postgres_store, Changes(events=[event("a")], claims={alias("y"): "a"}))
    with closing(connect(dsn, "tests")) as connection:
        connection.execute("ANALYZE stored_events, unique_rows")
        for _ in range(PLANNED_ONCE):
            tails(connection, {"a": 0})
            page(connection, 0, 10)
            find(connection, [alias("x")])
        append(postgres_store, [event(f"s{number}") for number in range(3000)])
        before = [scans(connection, table) for table in ("stored_events", "unique_rows")]

        assert len(tails(connection, {f"s{number}": 0 for number in range(100)})) == 100
        assert len(page(connection, 2000, 10)) == 10
        assert find(connection, [alias("x")]) == {}

        after = [scans(connection, table) for table in ("stored_events", "unique_rows")]
    assert [then[0] - now[0] for then, now in zip(after, before, strict=True)] == [0, 0]
    assert after[0][1] > before[0][1]


def test_statements_that_have_no_index_are_not_compiled(dsn: str) -> None:
    with closing(connect(dsn, "tests")) as connection:
        for query in (LOG, "UPDATE relay SET position = greatest(position, 1)"):
            plan = "\n".join(line for (line,) in connection.execute(f"EXPLAIN ANALYZE {query}"))
            assert "JIT" not in plan
