"""Relays that are killed or frozen, and servers that go away: nothing is lost, nothing passed over, only repeated."""

import asyncio
import os
import signal
import threading
import time

import psycopg
import pytest
from aiokafka import ConsumerRecord
from prometheus_client import REGISTRY
from recado_chassis.producing.headers import read_envelope
from recado_chassis.service import Service
from recado_events.catalogue import GATEWAY
from recado_events.envelope import Envelope

from deploy.local.provider import Kafka, Postgres
from tests.libs.chassis.producing.outbox import (
    TOPIC,
    append,
    as_a_subscriber_sees_it,
    log_of,
    outbox,
    prepared,
    renamed,
)
from tests.libs.chassis.producing.relaying import relay_process, relaying, until, until_it_holds
from tests.libs.chassis.producing.topic_contents import contents, created
from tests.servers.database_factory import DatabaseFactory


def position_of(dsn: str) -> int:
    with psycopg.connect(dsn) as connection:
        row = connection.execute("SELECT position FROM relay").fetchone()
    return int(row[0]) if row else -1


def told_in_full(service: Service, records: list[ConsumerRecord]) -> None:
    """Every event reaches a subscriber, in order; and what was repeated is the very same event."""
    log = [(row.position, row.event_id) for row in log_of(service)]
    seen = [(envelope.position, envelope.id) for envelope in map(envelope_of, as_a_subscriber_sees_it(records))]
    assert sorted(seen) == log
    assert {(envelope.position, envelope.id) for envelope in map(envelope_of, records)} == set(log)


def envelope_of(record: ConsumerRecord) -> Envelope:
    return read_envelope(record.headers)


@pytest.mark.parametrize(
    "point", ["producer.before_send", "producer.after_ack", "relay.after_publish", "relay.before_position"]
)
async def test_a_relay_killed_anywhere_repeats_at_most_what_was_not_remembered(
    kafka: Kafka, topic_prefix: str, database: DatabaseFactory, point: str
) -> None:
    created(kafka, GATEWAY, topic_prefix)
    dsn = database(prepared)
    with outbox(dsn) as service:
        append(service, (renamed(number) for number in range(3_000)))
        with relay_process(dsn, kafka, topic_prefix, crash_point=point) as process:
            assert await asyncio.to_thread(process.wait, 20) == -signal.SIGKILL
        assert position_of(dsn) == 0
        end = append(service, (renamed(number) for number in range(10)))
        async with relaying(service, dsn, kafka, topic_prefix):
            await until(lambda: position_of(dsn) == end, "the next relay to come to the end")
        records = await contents(kafka, topic_prefix + TOPIC)
        told_in_full(service, records)
    repeated = len(records) - end
    assert (repeated > 0) is (point != "producer.before_send")


async def test_of_two_relays_one_publishes_and_the_other_takes_over_within_seconds(
    kafka: Kafka, topic_prefix: str, database: DatabaseFactory
) -> None:
    created(kafka, GATEWAY, topic_prefix)
    dsn = database(prepared)
    topic = topic_prefix + TOPIC
    with outbox(dsn) as service, relay_process(dsn, kafka, topic_prefix) as leader:
        end = append(service, [renamed(1)])
        await until_it_holds(kafka, topic, end)
        async with relaying(service, dsn, kafka, topic_prefix) as second:
            await until(second.ready, "the second to stand by")
            end = await asyncio.to_thread(append, service, [renamed(number) for number in range(100)])
            await until(lambda: position_of(dsn) == end, "the leader to publish")
            before = len(await contents(kafka, topic))
            leader.kill()
            started = time.monotonic()
            end = await asyncio.to_thread(append, service, [renamed(3)])
            await until(lambda: position_of(dsn) == end, "the second to take over")
            assert time.monotonic() - started < 5
        records = await contents(kafka, topic)
        told_in_full(service, records)
    assert (before, len(records)) == (101, 102)


async def test_a_frozen_relay_loses_its_turn_and_thawed_can_only_repeat(
    kafka: Kafka, topic_prefix: str, database: DatabaseFactory
) -> None:
    created(kafka, GATEWAY, topic_prefix)
    dsn = database(prepared)
    with outbox(dsn) as service, relay_process(dsn, kafka, topic_prefix, idle_seconds=2) as leader:
        end = append(service, [renamed(number) for number in range(500)])
        await until(lambda: position_of(dsn) == end, "the leader to publish")
        leader.send_signal(signal.SIGSTOP)
        end = append(service, [renamed(number) for number in range(500)])
        async with relaying(service, dsn, kafka, topic_prefix):
            await until(lambda: position_of(dsn) == end, "the other to take over")
            leader.send_signal(signal.SIGCONT)
            end = await asyncio.to_thread(append, service, [renamed(number) for number in range(500)])
            await until(lambda: position_of(dsn) == end, "the other to go on")
            await asyncio.sleep(2)
            assert leader.poll() is None
        told_in_full(service, await contents(kafka, topic_prefix + TOPIC))


@pytest.mark.long
async def test_events_of_a_broker_outage_arrive_after_it(own_kafka: Kafka, database: DatabaseFactory) -> None:
    prefix = f"outage{os.getpid()}."
    created(own_kafka, GATEWAY, prefix)
    dsn = database(prepared)
    with outbox(dsn) as service:
        async with relaying(service, dsn, own_kafka, prefix) as relay:
            writing = asyncio.create_task(asyncio.to_thread(write_on, service, stop := threading.Event()))
            await until(relay.ready, "the relay to lead")
            await asyncio.sleep(1)
            await asyncio.to_thread(own_kafka.kill)
            await until(lambda: not relay.ready(), "the relay to notice", seconds=15)
            await until(lambda: lag() > 0, "the lag to show while Kafka is away")
            await asyncio.to_thread(own_kafka.start)
            await until(relay.ready, "the relay to be ready again", seconds=15)
            stop.set()
            end = await writing
            await until(lambda: position_of(dsn) == end and lag() == 0, "the relay to come to the end")
        told_in_full(service, await contents(own_kafka, prefix + TOPIC))


def lag() -> float:
    return REGISTRY.get_sample_value("recado_relay_lag_events") or 0.0


def write_on(service: Service, stop: threading.Event) -> int:
    end = 0
    while not stop.wait(0.01):
        end = append(service, [renamed(end), renamed(end + 1)])
    return end


async def test_a_database_that_goes_away_is_survived(kafka: Kafka, topic_prefix: str, own_postgres: Postgres) -> None:
    created(kafka, GATEWAY, topic_prefix)
    dsn = own_postgres.create_database(f"outage_{os.getpid()}")
    prepared(dsn)
    with outbox(dsn) as service:
        async with relaying(service, dsn, kafka, topic_prefix) as relay:
            await until(relay.ready, "the relay to lead")
            for number in range(2):
                await asyncio.to_thread(append, service, [renamed(number)])
                await asyncio.to_thread(own_postgres.stop, immediate=True)
                await until(lambda: not relay.ready(), "the relay to notice")
                await asyncio.to_thread(own_postgres.start)
                await until(relay.ready, "the relay to lead again")
            end = await asyncio.to_thread(append, service, [renamed(3)])
            await until(lambda: position_of(dsn) == end, "the relay to come to the end")
        told_in_full(service, await contents(kafka, topic_prefix + TOPIC))
