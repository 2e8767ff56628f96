"""What protects the log: nobody changes it, nobody appends past the write lock, the library reads it as its own."""

from collections.abc import Callable
from typing import LiteralString

import psycopg
import pytest
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresDatastore
from recado_chassis.storing.postgres import PostgresStore
from recado_chassis.storing.postgres_connections import connect
from recado_chassis.storing.postgres_pool import Pool
from recado_chassis.storing.postgres_recorder import Datastore, FunctionsForbidden, Recorder

from tests.libs.chassis.store.rows import append, event, events, log_of

SWITCH = "POSTGRES_ENABLE_DB_" + "FUNCTIONS"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE stored_events SET state = ''",
        "UPDATE stored_events SET originator_version = 9 WHERE originator_id = 'nobody'",
        "DELETE FROM stored_events",
        "DELETE FROM stored_events WHERE false",
        "TRUNCATE stored_events",
        "INSERT INTO stored_events SELECT * FROM stored_events ON CONFLICT (event_id) DO UPDATE SET state = ''",
    ],
)
def test_even_the_owner_of_the_tables_cannot_change_history(
    postgres_store: PostgresStore, dsn: str, statement: LiteralString
) -> None:
    append(postgres_store, events("a", [1, 2]))
    before = list(postgres_store.read(0, 10))

    with psycopg.connect(dsn) as connection, pytest.raises(psycopg.errors.RaiseException, match="never changed"):
        connection.execute(statement)

    assert list(postgres_store.read(0, 10)) == before


@pytest.mark.parametrize("value", ["yes", "y", "1", "no", ""])
def test_the_store_does_not_start_where_database_functions_are_spoken_of(dsn: str, value: str) -> None:
    with pytest.raises(FunctionsForbidden, match="unset"):
        Datastore(Pool(lambda: connect(dsn, "tests"), 1), {SWITCH: value})


def test_the_store_reads_the_environment_of_its_process(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SWITCH, "yes")

    with pytest.raises(FunctionsForbidden):
        PostgresStore(dsn)


def test_a_recorder_refuses_a_data_store_with_functions() -> None:
    datastore = PostgresDatastore("", "", "", "", "", originator_id_type="text")
    datastore.register_type_adapters = lambda: None  # type: ignore[method-assign] # it would connect
    setattr(datastore, SWITCH.removeprefix("POSTGRES_").lower(), True)

    with pytest.raises(FunctionsForbidden):
        Recorder(datastore)


@pytest.mark.parametrize(
    "write",
    [
        lambda recorder: recorder.insert_events([StoredEvent("a", 1, "tests.happened.v1", b"{}")]),
        lambda recorder: recorder.create_table(),
    ],
)
def test_the_librarys_own_writes_are_refused(
    postgres_store: PostgresStore, write: Callable[[Recorder], object]
) -> None:
    with pytest.raises(NotImplementedError):
        write(postgres_store.recorder)

    assert log_of(postgres_store) == []


def test_the_librarys_own_reads_see_what_was_appended(postgres_store: PostgresStore) -> None:
    append(postgres_store, [event("a"), event("b"), event("a", 2, b"second")])
    recorder = postgres_store.recorder

    assert [(e.originator_version, e.state) for e in recorder.select_events("a")] == [(1, b"{}"), (2, b"second")]
    assert [(n.id, n.originator_id, n.topic) for n in recorder.select_notifications(2, 10)] == [
        (2, "b", "tests.happened.v1"),
        (3, "a", "tests.happened.v1"),
    ]
    assert recorder.max_notification_id() == 3
    assert log_of(postgres_store) == [("a", 1), ("b", 1), ("a", 2)]
