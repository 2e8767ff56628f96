"""A view is compared with one made anew, which leaves nothing behind."""

from __future__ import annotations

from contextlib import closing

import psycopg
import pytest
from recado_chassis.following.follower import PAGE
from recado_chassis.following.projections import Projector, Shown
from recado_chassis.following.rebuild import RebuildRuns
from recado_chassis.storing.migrate import migrate
from recado_chassis.storing.postgres import PostgresStore
from recado_chassis.storing.postgres_locks import REBUILD, try_for_session
from recado_chassis.verifying import views

from tests.libs.chassis.store.shelves import MAPPER, Shelves, Shelving
from tests.servers.database_factory import DatabaseFactory

SCHEMAS = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'view_%' ORDER BY 1"


def prepared(dsn: str) -> None:
    migrate(dsn, None, [Shelves()])


@pytest.fixture
async def dsn(database: DatabaseFactory) -> str:
    """Shelves that show a log of more than a page."""
    dsn = database(prepared)
    with closing(PostgresStore(dsn)) as store:
        end = Shelving(store).shelve([str(number % 7) for number in range(PAGE + 10)])
        projector = Projector(dsn, [Shelves()], MAPPER)
        projector.start()
        assert await Shown(lambda: store.projected(["shelves"])).wait_for(end, 20)
        projector.stop()
        Shelving(store).shelve(["7"])
    return dsn


def test_a_view_is_compared_where_it_stands_though_the_log_goes_on(dsn: str) -> None:
    assert not views.figure("tests", dsn, Shelves(), MAPPER).differs


def test_a_row_that_a_rebuild_would_make_otherwise_names_its_table(dsn: str) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute("UPDATE view_shelves.counts SET books = books + 1 WHERE shelf = '3'")
    figure = views.figure("tests", dsn, Shelves(), MAPPER)
    assert figure.name == "tables of view shelves that a rebuild makes differently"
    assert (figure.value, figure.examples) == (1, ('"counts"',))


def test_nothing_is_left_behind(dsn: str) -> None:
    views.figure("tests", dsn, Shelves(), MAPPER)
    with psycopg.connect(dsn) as connection:
        assert connection.execute(SCHEMAS).fetchall() == [("view_shelves",)]
        assert connection.execute("SELECT name FROM projections").fetchall() == [("shelves",)]


def test_a_rebuild_that_runs_is_left_alone(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        assert try_for_session(connection, REBUILD, "shelves")
        with pytest.raises(RebuildRuns):
            views.figure("tests", dsn, Shelves(), MAPPER)
