"""Migrations: one explicit command, safe to repeat and to start several times, and clear about what it refuses."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg import Connection, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from recado_chassis.mapper import Placed
from recado_chassis.store import Unavailable
from recado_chassis.storing.migrate import MigrationFailed, migrate
from recado_chassis.storing.postgres import PostgresStore

from tests.libs.chassis.store.rows import append, events
from tests.servers.database_factory import DatabaseFactory

DOWN = "\n-- migrate:down\nSELECT 1;\n"


class Shelf:
    name = "shelf"

    def __init__(self, ddl: LiteralString = "CREATE TABLE books (id text PRIMARY KEY)") -> None:
        self.ddl = ddl

    def write(self, connection: Connection[Any], page: Sequence[Placed]) -> None:
        """Nothing is folded here."""


def tables(dsn: str) -> set[str]:
    query = "SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname !~ '^(pg_|information)'"
    with psycopg.connect(dsn) as connection:
        return {name for (name,) in connection.execute(query)}


def test_a_new_database_gets_all_tables_and_repeating_changes_nothing(database: DatabaseFactory) -> None:
    dsn = database()

    migrate(dsn)
    once = tables(dsn)
    migrate(dsn)

    wanted = {"stored_events", "unique_rows", "commands", "inbox", "parked", "log", "relay", "projections"}
    assert {f"public.{name}" for name in wanted} <= once == tables(dsn)


def test_several_that_start_together_all_succeed(database: DatabaseFactory) -> None:
    dsn = database()

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(lambda _: migrate(dsn, None, [Shelf()]), range(6))) == [[]] * 6

    with closing(PostgresStore(dsn)) as store:
        assert append(store, events("a", [1])) == 1


def test_the_services_own_migrations_come_after_the_chassiss(database: DatabaseFactory, tmp_path: Path) -> None:
    (tmp_path / "20261110000001_buckets.sql").write_text(
        f"-- migrate:up\nCREATE TABLE buckets AS SELECT position FROM relay;{DOWN}"
    )
    dsn = database()

    migrate(dsn, tmp_path)

    assert "public.buckets" in tables(dsn)
    assert [file.name for file in tmp_path.iterdir()] == ["20261110000001_buckets.sql"]


def test_a_migration_that_fails_is_named_and_the_password_is_not(database: DatabaseFactory, tmp_path: Path) -> None:
    (tmp_path / "20261110000001_broken.sql").write_text(f"-- migrate:up\nCREATE TABLE broken (id nonsense);{DOWN}")
    dsn = database()

    with pytest.raises(MigrationFailed, match="20261110000001_broken") as failure:
        migrate(dsn, tmp_path)

    assert 'type "nonsense" does not exist' in str(failure.value)
    assert str(conninfo_to_dict(dsn)["password"]) not in str(failure.value)
    assert "public.broken" not in tables(dsn)


def test_a_database_that_is_not_there_is_unavailable(dsn: str) -> None:
    with pytest.raises(Unavailable, match="does not exist"):
        migrate(make_conninfo(dsn, dbname="nowhere"))


def test_a_database_that_was_not_migrated_says_what_to_do(database: DatabaseFactory) -> None:
    with closing(PostgresStore(database())) as store, pytest.raises(Unavailable, match="recado migrate"):
        store.end()


def test_names_and_passwords_may_hold_any_character(database: DatabaseFactory) -> None:
    dsn, password = database(), "a/b@c:d?e#f g%h'i"
    name = f"odd role {conninfo_to_dict(dsn)['dbname']}"
    role = sql.Identifier(name)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN SUPERUSER PASSWORD {}").format(role, password))
        try:
            migrate(make_conninfo(dsn, user=name, password=password))
            assert "public.stored_events" in tables(dsn)
        finally:
            connection.execute(sql.SQL("REASSIGN OWNED BY {} TO CURRENT_USER").format(role))
            connection.execute(sql.SQL("DROP ROLE {}").format(role))


def test_projections_get_their_schemas_and_changed_statements_ask_for_a_rebuild(database: DatabaseFactory) -> None:
    dsn = database()

    assert migrate(dsn, None, [Shelf()]) == []
    assert "view_shelf.books" in tables(dsn)
    assert migrate(dsn, None, [Shelf("CREATE TABLE  books\n(id text PRIMARY KEY)")]) == []
    assert migrate(dsn, None, [Shelf("CREATE TABLE books (id uuid PRIMARY KEY)")]) == ["shelf"]


@pytest.mark.parametrize("name", ["Shelf", "shelf_next", "shelf_old", "1shelf", "she-lf", "s" * 50, ""])
def test_a_projection_needs_a_name_that_can_be_a_schema(dsn: str, name: str) -> None:
    shelf = Shelf()
    shelf.name = name

    with pytest.raises(ValueError, match="cannot be called"):
        migrate(dsn, None, [shelf])
