"""`recado`, run as an operator runs it: its own commands, those of services, and what it says when it fails."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from recado_events.catalogue import TOPICS

from deploy.local.provider import Kafka
from tests.harness.nursery import run
from tests.libs.chassis.store.conftest import migrated
from tests.servers.database_factory import DatabaseFactory

RECADO = Path(sys.executable).with_name("recado")


def recado(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RECADO_")}
    return run([str(RECADO), *arguments], kept | environment)


def test_help_names_our_commands_and_every_installed_service() -> None:
    told = recado("--help").stdout
    for name in ("migrate", "rebuild", "topics", "log", "billing", "conversations", "crm", "gateway"):
        assert name in told


@pytest.mark.parametrize("arguments", [("payroll",), ("migrate", "payroll"), ("rebuild", "payroll", "balances")])
def test_an_unknown_service_is_told_with_those_that_are_installed(arguments: tuple[str, ...]) -> None:
    done = recado(*arguments)
    assert done.returncode != 0
    assert "payroll" in done.stderr
    assert "billing, conversations, crm, gateway, templates" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "variable"),
    [
        (("migrate", "crm"), "RECADO_DATABASE"),
        (("topics", "create"), "RECADO_KAFKA"),
        (("log", "renew"), "RECADO_DATABASE"),
    ],
)
def test_what_the_environment_lacks_is_named(arguments: tuple[str, ...], variable: str) -> None:
    done = recado(*arguments)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert variable in done.stderr


def test_migrate_brings_a_services_tables_and_may_be_repeated(database: DatabaseFactory) -> None:
    dsn = database()
    for _ in range(2):
        done = recado("migrate", "crm", "--json", RECADO_DATABASE=dsn)
        assert (done.returncode, json.loads(done.stdout)) == (0, {"service": "crm", "rebuild": []}), done.stderr
    with psycopg.connect(dsn) as connection:
        tables = {row[0] for row in connection.execute("SELECT table_name FROM information_schema.tables")}
        schemas = {row[0] for row in connection.execute("SELECT schema_name FROM information_schema.schemata")}
    assert {"stored_events", "unique_rows", "commands", "inbox", "parked"} <= tables
    assert "view_contacts" in schemas


def test_a_database_that_is_away_is_told_without_its_password() -> None:
    done = recado("migrate", "crm", RECADO_DATABASE="postgresql://recado:hunter22@127.0.0.1:1/none")
    assert done.returncode == 1
    assert "hunter22" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_topics_are_created_from_the_catalogue(kafka: Kafka, topic_prefix: str) -> None:
    environment = {"RECADO_KAFKA": kafka.bootstrap, "RECADO_TOPIC_PREFIX": topic_prefix}
    first = recado("topics", "create", "--json", **environment)
    again = recado("topics", "create", **environment)
    created = [{"name": topic_prefix + topic.name, "done": "created"} for topic in TOPICS]
    assert json.loads(first.stdout) == created, first.stderr
    assert again.stdout.splitlines() == [f"{topic_prefix}{topic.name}: unchanged" for topic in TOPICS]


def test_a_renewed_log_has_another_id(database: DatabaseFactory) -> None:
    dsn = database(migrated)
    first = json.loads(recado("log", "renew", "--json", RECADO_DATABASE=dsn).stdout)
    second = json.loads(recado("log", "renew", "--json", RECADO_DATABASE=dsn).stdout)
    assert first["after"] == second["before"] != second["after"]


def test_an_unknown_view_is_told_with_those_there_are() -> None:
    done = recado("rebuild", "crm", "nothing")
    assert done.returncode == 1
    assert "contacts" in done.stderr
