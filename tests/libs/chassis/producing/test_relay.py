"""The relay on real PostgreSQL and Kafka: what it publishes, in which order, and what never leaves."""

import asyncio
import time

import psycopg
import pytest
from recado_chassis.mapper import Mapper
from recado_chassis.producing.headers import read_envelope, source_of
from recado_chassis.producing.relay import Relay
from recado_events.catalogue import GATEWAY
from recado_events.gateway import PUBLISHED

from deploy.local.provider import Kafka
from tests.libs.chassis.producing.outbox import (
    TOPIC,
    SecretKept,
    append,
    as_a_subscriber_sees_it,
    kept,
    log_of,
    outbox,
    positions,
    prepared,
    renamed,
)
from tests.libs.chassis.producing.relaying import relaying, until, until_it_holds
from tests.libs.chassis.producing.topic_contents import contents, created, topic_of
from tests.servers.database_factory import DatabaseFactory


@pytest.fixture
def dsn(database: DatabaseFactory) -> str:
    return database(prepared)


@pytest.fixture
def topic(kafka: Kafka, topic_prefix: str) -> str:
    created(kafka, GATEWAY, topic_prefix)
    return topic_prefix + TOPIC


def remembered(dsn: str) -> int:
    with psycopg.connect(dsn) as connection:
        row = connection.execute("SELECT position FROM relay").fetchone()
    return int(row[0]) if row else -1


async def test_every_event_arrives_once_in_order_with_its_bytes(
    kafka: Kafka, topic_prefix: str, topic: str, dsn: str
) -> None:
    with outbox(dsn) as service:
        end = 0
        for batch in range(20):
            end = append(service, (renamed(batch * 100 + n) for n in range(100)))
        async with relaying(service, dsn, kafka, topic_prefix):
            await until(lambda: remembered(dsn) == end, "the relay to come to the end")
        log = {row.position or 0: row for row in log_of(service)}
        source = source_of("gateway", service.streams.store.log_id())
        mapper = service.streams.mapper
    stored = await contents(kafka, topic)
    assert sorted(positions(stored)) == sorted(log)
    for record in stored:
        envelope = read_envelope(record.headers)
        row = log[envelope.position or 0]
        assert record.value == mapper.split(row.state)[1]
        assert record.key == mapper.decode(row.state).event.key.encode()
        assert (envelope.id, envelope.stream, envelope.sequence) == (row.event_id, row.stream, row.version)
        assert envelope.source == source
    for partition in {record.partition for record in stored}:
        of_partition = positions(record for record in stored if record.partition == partition)
        assert of_partition == sorted(of_partition)


async def test_private_events_never_leave_and_hold_nothing_up(
    kafka: Kafka, topic_prefix: str, topic: str, dsn: str
) -> None:
    with outbox(dsn) as service:
        append(service, [kept(1), renamed(1), kept(2)])
        append(service, [kept(number) for number in range(2_500)])
        end = append(service, [renamed(2), kept(3)])
        async with relaying(service, dsn, kafka, topic_prefix):
            await until(lambda: remembered(dsn) == end, "the relay to come to the end")
    stored = await contents(kafka, topic)
    assert {read_envelope(record.headers).type for record in stored} == {"gateway.channel-renamed.v1"}
    assert len(stored) == 2
    assert b"secret" not in b"".join(record.value for record in stored)


async def test_a_commit_is_published_at_once_and_not_at_the_next_poll(
    kafka: Kafka, topic_prefix: str, topic: str, dsn: str
) -> None:
    with outbox(dsn) as service:
        append(service, [renamed(0)])
        async with relaying(service, dsn, kafka, topic_prefix):
            await until(lambda: remembered(dsn) == 1, "the relay to come to the end")
            waits = []
            for number in range(1, 8):
                started = time.monotonic()
                end = await asyncio.to_thread(append, service, [renamed(number)])
                await until(lambda end=end: remembered(dsn) == end, "the event to be published")  # type: ignore[misc]
                waits.append(time.monotonic() - started)
    assert sorted(waits)[3] < 0.3


async def test_a_relay_that_ends_as_asked_repeats_nothing(
    kafka: Kafka, topic_prefix: str, topic: str, dsn: str
) -> None:
    with outbox(dsn) as service:
        for turn in range(5):
            append(service, (renamed(turn * 1000 + number) for number in range(1000)))
            async with relaying(service, dsn, kafka, topic_prefix):
                await until_it_holds(kafka, topic, turn * 1000 + 1)
        async with relaying(service, dsn, kafka, topic_prefix):
            await until(lambda: remembered(dsn) == 5000, "the relay to come to the end")
    stored = await contents(kafka, topic)
    counts = (len(as_a_subscriber_sees_it(stored)), len(stored))
    assert counts == (5000, 5000)


async def test_a_broken_connection_costs_nothing_but_a_moment(
    kafka: Kafka, topic_prefix: str, topic: str, dsn: str
) -> None:
    with outbox(dsn) as service:
        async with relaying(service, dsn, kafka, topic_prefix) as relay:
            await until(relay.ready, "the relay to lead")
            for number in range(30):
                await asyncio.to_thread(append, service, [renamed(number)])
                if number % 10 == 5:
                    break_connections_of_relays(dsn)
            await until(lambda: remembered(dsn) == 30, "the relay to come to the end")
            await until(relay.ready, "the relay to be ready again")
    assert sorted(positions(as_a_subscriber_sees_it(await contents(kafka, topic)))) == list(range(1, 31))


async def test_a_type_of_a_newer_release_is_waited_at_and_not_passed_over(
    kafka: Kafka, topic_prefix: str, topic: str, dsn: str
) -> None:
    with outbox(dsn) as newer, outbox(dsn, Mapper(PUBLISHED)) as older:
        append(newer, [renamed(1), kept(1), renamed(2)])
        async with relaying(older, dsn, kafka, topic_prefix) as relay:
            await until(lambda: SecretKept.TYPE in (relay.reason() or ""), "the relay to say what it does not know")
            assert not relay.ready()
            assert remembered(dsn) == 0
            async with relaying(newer, dsn, kafka, topic_prefix):
                await until(lambda: remembered(dsn) == 3, "the newer release to relay")
    assert sorted(positions(await contents(kafka, topic))) == [1, 3]


async def test_an_event_too_large_for_its_topic_halts_with_what_to_do(
    kafka: Kafka, topic_prefix: str, dsn: str
) -> None:
    small = created(kafka, topic_of(TOPIC, max_message_bytes=3_000), topic_prefix)
    large = renamed(1).model_copy(update={"name": "x" * 4_000})
    with outbox(dsn) as service:
        append(service, [renamed(0)])
        append(service, [large])
        relay = Relay(service, dsn, kafka.bootstrap, topic_prefix, topic=small)
        running = asyncio.create_task(relay.run())
        await until(lambda: "too large" in (relay.reason() or ""), "the relay to halt")
        assert not relay.ready()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert "xxx" not in (relay.reason() or "")


async def test_a_relay_without_its_topic_says_so_and_goes_on_once_it_is_there(
    kafka: Kafka, topic_prefix: str, dsn: str
) -> None:
    with outbox(dsn) as service:
        append(service, [renamed(1)])
        async with relaying(service, dsn, kafka, topic_prefix) as relay:
            await until(lambda: "recado topics create" in (relay.reason() or ""), "the relay to miss its topic")
            created(kafka, GATEWAY, topic_prefix)
            await until(lambda: remembered(dsn) == 1, "the relay to publish")
            assert relay.ready()


def break_connections_of_relays(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'recado relay' AND datname = current_database()"
        )
