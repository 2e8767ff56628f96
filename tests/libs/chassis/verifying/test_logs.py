"""A log that breaks its own rules is found out: gaps, falling positions, changeable history, effects made twice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any
from uuid import uuid4

import pytest
from psycopg import Connection
from recado_chassis.store import EventRow
from recado_chassis.storing.postgres import PostgresStore
from recado_chassis.storing.postgres_connections import SET_UP, connect
from recado_chassis.verifying import logs

from tests.libs.chassis.store.conftest import migrated
from tests.libs.chassis.store.rows import NOON, ORGANISATION, append, events
from tests.libs.chassis.verifying.test_published import found_in
from tests.servers.database_factory import DatabaseFactory

_INSERT = """
INSERT INTO stored_events (originator_id, originator_version, topic, state, notification_id, event_id, organisation_id,
    recorded_at) VALUES (%s, %s, 'tests.happened.v1', '{}', %s, %s, %s, %s)
"""


@pytest.fixture
def dsn(database: DatabaseFactory) -> str:
    return database(migrated)


@pytest.fixture
def connection(dsn: str) -> Iterator[Connection[Any]]:
    with closing(connect(dsn, "tests", SET_UP)) as connection:
        yield connection


@pytest.fixture
def store(dsn: str) -> Iterator[PostgresStore]:
    with closing(PostgresStore(dsn)) as store:
        yield store


def put(connection: Connection[Any], stream: str, version: int, position: int) -> None:
    """Past all that guards the log."""
    connection.execute(_INSERT, [stream, version, position, uuid4(), ORGANISATION, NOON])


def differing(connection: Connection[Any]) -> dict[str, int]:
    return found_in(logs.figures("tests", connection))


def test_a_log_that_keeps_its_rules_differs_in_nothing(connection: Connection[Any], store: PostgresStore) -> None:
    append(store, events("a", [1, 2]))
    append(store, [*events("b", [1]), *events("a", [3])])
    assert differing(connection) == {}


def test_a_version_that_is_missing_is_named(connection: Connection[Any]) -> None:
    put(connection, "begins late", 2, 1)
    put(connection, "has a gap", 1, 2)
    put(connection, "has a gap", 3, 3)
    assert differing(connection) == {"streams whose versions are not 1 to n": 2}


def test_an_event_that_stands_before_an_earlier_one_is_named(connection: Connection[Any]) -> None:
    put(connection, "a", 1, 9)
    put(connection, "a", 2, 4)
    assert differing(connection) == {"events that stand before earlier ones of their stream": 1}


def test_a_history_that_could_be_changed_is_named(connection: Connection[Any]) -> None:
    connection.execute("ALTER TABLE stored_events DISABLE TRIGGER history_is_final")
    assert differing(connection) == {"statements that could change history": 2}


def test_a_record_with_effects_in_two_transactions_is_named(connection: Connection[Any], store: PostgresStore) -> None:
    append(store, [caused("a", 1, "once"), caused("b", 1, "once"), caused("c", 1, "twice")])
    append(store, [caused("c", 2, "twice"), caused("going-on", 1, "once")])
    assert sorted(logs.repeated_effects(connection)) == ["once", "twice"]
    assert logs.repeated_effects(connection, but="going-") == ["twice"]


def caused(stream: str, version: int, cause: str) -> EventRow:
    state = b'{"causationid":"%s","data":{}}' % cause.encode()
    return EventRow(stream, version, "tests.happened.v1", state, uuid4(), ORGANISATION, NOON)
