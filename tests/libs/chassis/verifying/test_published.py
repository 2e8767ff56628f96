"""What a topic holds beside the log it tells: each way of differing has its figure, and no other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from recado_chassis.producing.headers import source_of
from recado_chassis.producing.records import Record
from recado_chassis.producing.telling import Row, Telling
from recado_chassis.service import Service
from recado_chassis.storing.postgres_connections import SET_UP, connect
from recado_chassis.verifying import logs, published
from recado_chassis.verifying.figures import Figure
from recado_chassis.verifying.topics import Contents, OnTopic, digest_of

from tests.libs.chassis.producing.outbox import TOPIC, append, kept, log_of, outbox, prepared, renamed
from tests.servers.database_factory import DatabaseFactory

LOG = "the-log"


@pytest.fixture
def service(database: DatabaseFactory) -> Iterator[Service]:
    with outbox(database(prepared)) as service:
        append(service, [renamed(1), renamed(2), kept(3), renamed(4), renamed(5)])
        yield service


def told(service: Service, log: str = LOG) -> list[OnTopic]:
    """As its relay tells it, all in one partition."""
    telling = Telling(TOPIC, service.streams.mapper, service.tells)
    rows = [Row(row.position or 0, row.type, row.state) for row in log_of(service)]
    records = [(row, record) for row in rows for record in telling.records([row], source_of(service.name, log))]
    return [on_topic(offset, row.position, record, log) for offset, (row, record) in enumerate(records)]


def on_topic(offset: int, position: int, record: Record, log: str) -> OnTopic:
    digest = digest_of(record.key, record.value, record.headers)
    return OnTopic(0, offset, record.key, f"id-{position}", log, position, digest)


def differing(service: Service, records: list[OnTopic], dsn: str, first: int = 0) -> dict[str, int]:
    contents = Contents({0: first}, {0: len(records)}, records)
    with closing(connect(dsn, "tests", SET_UP)) as connection:
        figures = published.figures(service, TOPIC, LOG, logs.logged(connection), contents)
    return found_in(figures)


def found_in(figures: list[Figure]) -> dict[str, int]:
    return {figure.name: figure.value for figure in figures if figure.differs}


@pytest.fixture
def dsn(service: Service) -> str:
    return str(service.streams.store._dsn)  # type: ignore[attr-defined]


def test_a_topic_that_tells_the_log_differs_in_nothing_however_often_it_does(service: Service, dsn: str) -> None:
    records = told(service)
    assert differing(service, records, dsn) == {}
    assert differing(service, [*records, *records], dsn) == {}


def test_a_published_event_that_is_missing_is_named_and_a_private_one_is_not(service: Service, dsn: str) -> None:
    first, *rest = told(service)
    assert differing(service, rest, dsn) == {"published events missing on the topic": 1}
    assert [each.position for each in [first, *rest]] == [1, 2, 4, 5]


def test_what_kafka_has_dropped_by_its_age_is_not_missing(service: Service, dsn: str) -> None:
    assert differing(service, told(service)[2:], dsn, first=2) == {}


def test_a_record_that_no_event_stands_for_is_named(service: Service, dsn: str) -> None:
    records = told(service)
    ghost = records[0]._replace(position=9, offset=4)
    assert differing(service, [*records, ghost], dsn) == {"records that no event stands for": 1}


def test_other_bytes_under_the_same_position_are_named(service: Service, dsn: str) -> None:
    first, *rest = told(service)
    found = differing(service, [first._replace(digest=b"another"), *rest], dsn)
    assert found == {"records that differ from their event": 1}


def test_an_event_first_told_after_a_later_one_is_named_for_consumers_drop_it(service: Service, dsn: str) -> None:
    first, second, *rest = told(service)
    assert differing(service, [second, first, *rest], dsn) == {"records first told after later ones": 1}


def test_a_key_in_two_partitions_is_named_for_it_has_no_order_then(service: Service, dsn: str) -> None:
    first, *rest = told(service)
    elsewhere = first._replace(partition=1)
    assert differing(service, [first, *rest, elsewhere], dsn) == {"keys told in more than one partition": 1}


def test_records_of_a_former_log_are_told_and_not_judged(service: Service, dsn: str) -> None:
    assert differing(service, [*told(service, "former"), *told(service)], dsn) == {}
