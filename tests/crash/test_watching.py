"""A reader of a log that follows it through a campaign notices what appears below where it has been."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing

from recado_chassis.storing.postgres import PostgresStore
from recado_chassis.storing.postgres_connections import SET_UP, connect

from tests.crash.watching import Watchers
from tests.libs.chassis.store.conftest import migrated
from tests.libs.chassis.store.rows import append, events
from tests.libs.chassis.verifying.test_logs import put
from tests.libs.chassis.verifying.test_published import found_in
from tests.servers.database_factory import DatabaseFactory


def until(fits: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not fits():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_an_event_that_appears_below_others_is_named(database: DatabaseFactory) -> None:
    dsn = database(migrated)
    with closing(PostgresStore(dsn)) as store, closing(connect(dsn, "tests", SET_UP)) as connection:
        watchers = Watchers({"tests": dsn})
        try:
            append(store, events("a", [1]))
            put(connection, "b", 1, 9)
            until(lambda: watchers.seen("tests") == 2)
            assert found_in([watchers.figure()]) == {}
            put(connection, "c", 1, 5)
            assert found_in([watchers.figure()]) == {"events that a reader of the log passed over": 1}
        finally:
            watchers.stop()
