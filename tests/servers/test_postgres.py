"""What every PostgreSQL back end must do, whichever way it runs here."""

import psycopg
import pytest

from deploy.local.provider import Postgres
from tests.servers.database_factory import DatabaseFactory


def with_one_row(dsn: str) -> None:
    with psycopg.connect(dsn) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS value")


def rows(dsn: str) -> list[tuple[int]]:
    with psycopg.connect(dsn) as connection:
        return connection.execute("SELECT value FROM kept").fetchall()


def test_a_database_is_a_copy_of_what_its_preparation_left(database: DatabaseFactory) -> None:
    first, second = database(with_one_row), database(with_one_row)
    with psycopg.connect(first) as connection:
        connection.execute("DELETE FROM kept")
    assert (rows(first), rows(second)) == ([], [(1,)])


def test_a_frozen_holder_of_locks_is_sent_away(database: DatabaseFactory) -> None:
    with psycopg.connect(database()) as connection:
        settings = {
            name: connection.execute("SELECT current_setting(%s)", [name]).fetchone()
            for name in ("idle_in_transaction_session_timeout", "lock_timeout")
        }
    assert settings == {
        "idle_in_transaction_session_timeout": ("5s",),
        "lock_timeout": ("5s",),
    }


@pytest.mark.parametrize("way", ["fast", "immediate", "kill"])
def test_a_server_comes_back_on_its_port_with_its_rows(own_postgres: Postgres, way: str) -> None:
    dsn = own_postgres.create_database(f"kept_{way}")
    with_one_row(dsn)
    with psycopg.connect(dsn) as open_connection:
        stop(own_postgres, way)
        own_postgres.start()
        with pytest.raises(psycopg.OperationalError):
            open_connection.execute("SELECT 1")
    assert own_postgres.dsn(f"kept_{way}") == dsn
    assert rows(dsn) == [(1,)]


def test_a_database_with_a_client_on_it_can_be_dropped(postgres: Postgres) -> None:
    dsn = postgres.create_database("busy")
    with psycopg.connect(dsn):
        postgres.drop_database("busy")
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(dsn)


def stop(server: Postgres, way: str) -> None:
    match way:
        case "kill":
            server.kill()
        case _:
            server.stop(immediate=way == "immediate")
