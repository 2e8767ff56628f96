"""The evidence of the outside world, and the command that asks for it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Producer
from recado_chassis.producing.topics import KafkaUnavailable
from recado_chassis.verifying.command import shown
from recado_chassis.verifying.figures import Figure, none_of, told
from recado_chassis.verifying.outside import JOURNAL, OutsideUnknown, ask
from recado_chassis.verifying.topics import read

from deploy.local.provider import Kafka
from tests.crash.alone import Outside
from tests.libs.chassis.edges.test_program import recado
from tests.libs.chassis.producing.topic_contents import created, topic_of

BODY: dict[str, Any] = {"entry": [{"id": "1", "changes": [{"field": "messages", "value": {"text": "\ud800"}}]}]}


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Outside]:
    with closing(Outside(tmp_path)) as outside:
        yield outside


def test_what_was_acknowledged_is_known_with_its_body(outside: Outside, tmp_path: Path) -> None:
    outside.acknowledged(BODY)
    pending = {"kind": "Delivery", "value": {"id": "another", "body": {"entry": []}, "done": False}}
    ended = {"kind": "Delivery", "value": {"id": "another", "body": {}, "done": True}}
    with (tmp_path / JOURNAL).open("a") as journal:
        journal.writelines(json.dumps(line, separators=(",", ":")) + "\n" for line in (pending, ended))
        journal.write('{"kind":"Delivery","value":{"id":"half wri')
    evidence = ask(outside.url, tmp_path / JOURNAL)
    assert evidence.taken == [BODY]
    assert evidence.offered == [BODY, {"entry": []}]
    assert evidence.sends == []


def test_without_a_journal_nothing_is_known_of_webhooks(outside: Outside, tmp_path: Path) -> None:
    evidence = ask(outside.url, tmp_path / "elsewhere")
    assert (evidence.taken, evidence.offered, evidence.sends) == (None, None, [])


def test_a_simulator_that_does_not_answer_is_said(tmp_path: Path) -> None:
    with pytest.raises(OutsideUnknown, match="does not answer"):
        ask("http://127.0.0.1:9", tmp_path / JOURNAL)


def test_a_payment_provider_that_does_not_answer_is_said(outside: Outside, tmp_path: Path) -> None:
    assert ask(outside.url, tmp_path / JOURNAL).payments is None
    with pytest.raises(OutsideUnknown, match="does not answer"):
        ask(outside.url, tmp_path / JOURNAL, "http://127.0.0.1:9")


async def test_a_topic_is_read_from_its_beginning_to_its_end(kafka: Kafka, topic_prefix: str) -> None:
    name = topic_prefix + created(kafka, topic_of("told", partitions=3), topic_prefix).name
    producer = Producer({"bootstrap.servers": kafka.bootstrap})
    for number in range(3_000):
        headers: list[tuple[str, str | bytes | None]]
        headers = [("ce_id", str(number).encode()), ("ce_source", b"/recado/tests/log-1"), ("ce_position", b"7")]
        producer.produce(name, b"{}", b"key", number % 2, headers=headers)
    producer.flush(20)
    contents = read(kafka.bootstrap, [name, f"{topic_prefix}no-such-topic"])
    assert contents.keys() == {name}
    assert contents[name].ends == {0: 1_500, 1: 1_500, 2: 0}
    of_first = [record for record in contents[name].records if record.partition == 0]
    assert [record.event_id for record in of_first] == [str(number) for number in range(0, 3_000, 2)]
    assert {(record.log, record.position, record.key) for record in of_first} == {("log-1", 7, b"key")}


def test_a_broker_that_does_not_answer_is_said() -> None:
    with pytest.raises(KafkaUnavailable):
        read("127.0.0.1:9", ["any"])


def test_without_endpoints_the_command_says_what_is_missing(tmp_path: Path) -> None:
    done = recado("verify", "--endpoints", str(tmp_path / "endpoints.json"))
    assert (done.returncode, "is the system up" in done.stderr) == (1, True)


def test_a_table_shows_every_figure_and_then_where_to_look() -> None:
    figures = [told("crm", "events", 3), none_of("crm", "gaps", ["a", "b"]), Figure("all", "parked", 1, 1)]
    lines = shown(figures).splitlines()
    assert lines[1].split() == ["crm", "events", "3", "-"]
    assert lines[2].split() == ["crm", "gaps", "2", "0", "DIFFERS"]
    assert lines[-2:] == ["crm: 2 gaps: a, b", "1 of 2 figures differ"]
