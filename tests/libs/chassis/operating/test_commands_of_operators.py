"""What an operator does at a shell when records wait, a partition is paused or a view must be made anew."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from confluent_kafka import Producer
from crm import main as crm
from recado_chassis.consuming.history import WAITS
from recado_chassis.consuming.parked import RecordDiscarded
from recado_chassis.mapper import Mapper
from recado_chassis.store import Changes, InboxRow, ParkedRow
from recado_events import conversations as told_by
from recado_events.crm import ContactCreated
from recado_events.identity import Alias
from recado_events.ids import CustomerId, OrganisationId, PhoneNumberId

from deploy.local.provider import Kafka
from tests.harness.on_database import PUBLIC_KEY, Record, ServiceOnDatabase, prepare, told
from tests.libs.chassis.edges.test_program import recado
from tests.servers.database_factory import DatabaseFactory

PREPARED = partial(prepare, crm)
TOPIC = "recado.conversations.v1"
SECRET = "Joana of the harbour"


@pytest.fixture
def service(database: DatabaseFactory) -> Iterator[ServiceOnDatabase]:
    running = ServiceOnDatabase(crm, database(PREPARED))
    yield running
    running.close()


class Operator:
    def __init__(self, service: ServiceOnDatabase) -> None:
        self.service = service
        self.environment = {
            "RECADO_DATABASE": service.dsn,
            "RECADO_KAFKA": "127.0.0.1:1",
            "RECADO_JWT_PUBLIC_KEY": PUBLIC_KEY,
            "RECADO_ALIAS_KEY": "ab" * 32,
        }

    def runs(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return recado(*arguments, **{**self.environment, **environment})

    def asks(self, *arguments: str, **environment: str) -> Any:
        done = self.runs(*arguments, "--json", **environment)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def park(self, record: Record, reason: str, subject: str) -> str:
        row = ParkedRow(
            record.topic, record.partition, record.offset, subject, reason, "", 3, record.key, record.value,
            tuple(record.headers), datetime.now(UTC),
        )  # fmt: skip
        with self.service.store.session() as session:
            session.commit(Changes(park=[row]))
        return f"{record.topic}/{record.partition}/{record.offset}"


@pytest.fixture
def operator(service: ServiceOnDatabase) -> Operator:
    return Operator(service)


def customer(service: ServiceOnDatabase) -> tuple[Record, str]:
    """A record that crm makes a contact of, and its subject."""
    identified = told_by.CustomerIdentified(
        organisation_id=OrganisationId(uuid4()),
        phone_number_id=PhoneNumberId("106540352242922"),
        customer_id=CustomerId(uuid4()),
        identified_at=datetime.now(UTC),
        personal=told_by.Identity(aliases=(Alias(kind="wa_id", value="5511987654321"),), profile_name=SECRET),
    )
    record = service._event_record(Mapper([type(identified)]), told(identified))
    return record, identified.subject


def test_parked_records_are_listed_and_shown_without_anybodys_data(operator: Operator) -> None:
    record, subject = customer(operator.service)
    name = operator.park(record, "failed", subject)
    listed = operator.asks("parked", "list", "crm")
    assert [(each["record"], each["reason"], each["subject"]) for each in listed["parked"]] == [
        (name, "failed", subject)
    ]
    shown = operator.asks("parked", "show", "crm", name)
    assert shown["headers"]["ce_type"] == "conversations.customer-identified.v1"
    told_so_far = json.dumps(listed) + json.dumps(shown) + operator.runs("parked", "list", "crm").stdout
    assert SECRET not in told_so_far
    assert "5511987654321" not in told_so_far
    assert SECRET in operator.asks("parked", "show", "crm", name, "--value")["value"]


def test_a_retry_handles_what_can_be_handled_and_names_what_cannot(operator: Operator) -> None:
    record, subject = customer(operator.service)
    operator.park(record, "failed", subject)
    broken = customer(operator.service)[0]._replace(value=b"{")
    name = operator.park(broken, "undecodable", "")
    done = operator.runs("parked", "retry", "crm", "--all", "--json")
    assert done.returncode == 1, done.stderr
    outcome = json.loads(done.stdout)
    assert outcome["handled"] == 1
    assert [each["record"] for each in outcome["failed"]] == [name]
    assert len(operator.service.facts(ContactCreated)) == 1
    assert [each["record"] for each in operator.asks("parked", "list", "crm")["parked"]] == [name]


def test_one_subject_or_one_record_can_be_tried_again(operator: Operator) -> None:
    first, subject = customer(operator.service)
    second, _ = customer(operator.service)
    operator.park(first, "failed", subject)
    name = operator.park(second, "invalid", "")
    assert operator.asks("parked", "retry", "crm", "--subject", subject)["handled"] == 1
    assert operator.asks("parked", "retry", "crm", "--record", name)["handled"] == 1
    assert operator.asks("parked", "list", "crm") == {"parked": [], "count": 0}
    assert operator.runs("parked", "retry", "crm").returncode == 2


def test_a_discarded_record_is_gone_and_the_decision_stands_in_the_log(operator: Operator) -> None:
    record, subject = customer(operator.service)
    name = operator.park(record, "failed", subject)
    operator.asks("parked", "discard", "crm", name, "--by", "operator-7", "--because", "sent twice by a test")
    assert operator.asks("parked", "list", "crm")["count"] == 0
    assert [row.type for row in operator.service.store.read(0, 10)] == [RecordDiscarded.TYPE]
    again = operator.runs("parked", "discard", "crm", name, "--by", "operator-7", "--because", "sent twice")
    assert (again.returncode, "is not parked" in again.stderr) == (1, True)


def test_the_inbox_is_shown_and_a_paused_partition_goes_on(operator: Operator) -> None:
    store = operator.service.store
    row = InboxRow(TOPIC, 3, "topic-1", 40, "log-1", 80, accepted=38, duplicate=2)
    store.adopt(row)
    store.pause(row, "Kafka begins at offset 60, but 40 was not read yet: records are lost")
    (shown,) = operator.asks("inbox", "show", "crm")
    assert (shown["next_offset"], shown["accepted"], shown["paused"][:12]) == (40, 38, "Kafka begins")
    assert "records are lost" in operator.runs("inbox", "show", "crm").stdout
    resumed = operator.asks("inbox", "resume", "crm", TOPIC, "3", "--at", "60")
    assert resumed == [{"topic": TOPIC, "partition": 3, "next_offset": 60}]
    (now,) = store.inbox()
    assert (now.next_offset, now.paused, now.position) == (60, None, 80)
    flowing = operator.runs("inbox", "resume", "crm", TOPIC, "3", "--at", "10")
    assert (flowing.returncode, "is not paused" in flowing.stderr) == (1, True)


def test_partitions_are_paused_and_resumed_where_kafka_begins_or_ends(
    operator: Operator, kafka: Kafka, topic_prefix: str
) -> None:
    environment = {"RECADO_KAFKA": kafka.bootstrap, "RECADO_TOPIC_PREFIX": topic_prefix}
    assert operator.runs("topics", "create", **environment).returncode == 0
    told_on_kafka(kafka, topic := topic_prefix + TOPIC, customer(operator.service)[0], 5)
    store = operator.service.store
    for partition in range(3):
        store.adopt(InboxRow(topic, partition, "topic-1", 2 if partition == 0 else 0))
    held = operator.asks("inbox", "pause", "crm", topic, "1", "--because", "a look at it")
    assert [row["partition"] for row in held] == [1]
    assert [row["partition"] for row in operator.asks("inbox", "pause", "crm", topic, "--because", "a restore")] == [
        0,
        2,
    ]
    assert [row.paused for row in store.inbox()][:2] == [
        "held by an operator: a restore",
        "held by an operator: a look at it",
    ]
    resumed = operator.asks("inbox", "resume", "crm", topic, "--at", "end", **environment)
    assert [row["next_offset"] for row in resumed] == [5, 0, 0]
    operator.asks("inbox", "pause", "crm", topic, "0", "--because", "again")
    resumed = operator.asks("inbox", "resume", "crm", topic, "0", "--at", "first", **environment)
    assert [row["next_offset"] for row in resumed] == [0]
    assert [row.paused for row in store.inbox()] == [None] * 3


@pytest.mark.parametrize(
    ("arguments", "code", "why"),
    [
        (("resume", "crm", TOPIC), 1, "no partition of"),
        (("pause", "crm", TOPIC), 2, "--because"),
        (("reread", "crm", "recado.crm.v1"), 1, "was not read here yet"),
        (("reread", "crm", "recado.inbound.v1"), 1, "in no log"),
    ],
    ids=str,
)
def test_what_cannot_be_paused_or_resumed_says_why(
    operator: Operator, arguments: tuple[str, ...], code: int, why: str
) -> None:
    operator.service.store.adopt(InboxRow(TOPIC, 0, "topic-1", 0))
    done = operator.runs("inbox", *arguments)
    assert (done.returncode, why in done.stderr) == (code, True), done.stderr


def test_an_offset_is_one_partitions(operator: Operator) -> None:
    for partition in range(2):
        operator.service.store.adopt(InboxRow(TOPIC, partition, "topic-1", 0))
    operator.asks("inbox", "pause", "crm", TOPIC, "--because", "a test")
    assert operator.runs("inbox", "resume", "crm", TOPIC, "--at", "7").returncode == 2
    assert operator.runs("inbox", "resume", "crm", TOPIC, "1", "--at", "later").returncode == 2
    assert [row["next_offset"] for row in operator.asks("inbox", "resume", "crm", TOPIC, "1", "--at", "7")] == [7]


def test_a_log_is_read_again_from_where_the_slowest_partition_stands(operator: Operator) -> None:
    store = operator.service.store
    store.adopt(InboxRow(TOPIC, 0, "topic-1", 40, "log-1", 80))
    store.adopt(InboxRow(TOPIC, 1, "topic-1", 30, "log-1", 60))
    assert operator.asks("inbox", "reread", "crm", TOPIC) == {"topic": TOPIC, "after": 60}
    history, first, second = store.inbox()
    assert (history.partition, history.log, history.position) == (-1, "log-1", 60)
    assert (first.paused, second.paused) == (WAITS, WAITS)
    assert operator.asks("inbox", "reread", "crm", TOPIC, "--other-log") == {"topic": TOPIC, "after": 0}
    assert (store.inbox()[0].log, store.inbox()[0].position) == (None, None)


def test_a_rebuild_shows_its_progress_and_where_the_view_stands(operator: Operator) -> None:
    record, _ = customer(operator.service)
    operator.service.store.adopt(InboxRow(TOPIC, 0, "topic-1", 0))
    operator.service._work_off([record])
    end = operator.service.store.end()
    assert end > 0
    done = operator.runs("rebuild", "crm", "--json")
    assert done.returncode == 0, done.stderr
    assert {row["projection"]: row["position"] for row in json.loads(done.stdout)} == {
        projection.name: end for projection in crm.SHOWS
    }
    assert crm.SHOWS[0].name in done.stderr


def test_lag_says_what_is_not_worked_off_yet(operator: Operator, kafka: Kafka, topic_prefix: str) -> None:
    environment = {"RECADO_KAFKA": kafka.bootstrap, "RECADO_TOPIC_PREFIX": topic_prefix}
    assert operator.runs("topics", "create", **environment).returncode == 0
    record, _ = customer(operator.service)
    told_on_kafka(kafka, topic_prefix + TOPIC, record, 5)
    operator.service.store.adopt(InboxRow(topic_prefix + TOPIC, 0, "topic-1", 2))
    shown = operator.asks("lag", "crm", **environment)
    assert [(each["partition"], each["behind"]) for each in shown["partitions"]] == [(f"{topic_prefix}{TOPIC}/0", 3)]
    assert (shown["relay"], shown["parked"]) == (0, 0)
    assert f"{topic_prefix}{TOPIC}/0" in operator.runs("lag", "crm", **environment).stdout
    away = operator.runs("lag", "crm")
    assert (away.returncode, "Kafka at 127.0.0.1:1" in away.stderr) == (1, True)


@pytest.mark.parametrize("arguments", [("parked", "list"), ("inbox", "show"), ("lag",), ("rebuild",)])
def test_every_command_names_the_services_there_are(arguments: tuple[str, ...]) -> None:
    done = recado(*arguments, "payroll", RECADO_DATABASE="postgresql://127.0.0.1:1/x", RECADO_KAFKA="127.0.0.1:1")
    assert done.returncode == 1
    assert "billing, conversations, crm, gateway, templates" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_record_that_is_none_is_told_how_to_be_written(operator: Operator) -> None:
    done = operator.runs("parked", "show", "crm", "recado.conversations.v1-3-7")
    assert done.returncode == 2
    assert "topic/partition/offset" in done.stderr


def told_on_kafka(kafka: Kafka, topic: str, record: Record, count: int) -> None:
    producer = Producer({"bootstrap.servers": kafka.bootstrap, "acks": "all", "log_level": 0})
    for _ in range(count):
        producer.produce(topic, value=record.value, key=record.key, partition=0, headers=list(record.headers))
    assert producer.flush(30) == 0
