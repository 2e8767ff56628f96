"""Kafka, its topics and the database come and go: nothing is skipped, nothing parked, and the worker says it."""

import asyncio

import pytest
from recado_chassis.consuming.partitions import resume
from recado_chassis.storing.migrate import migrate
from recado_chassis.storing.postgres import PostgresStore

from deploy.local.provider import Kafka, Postgres
from tests.libs.chassis.consumer.ear import MOUTH, counts, notes, raw, said
from tests.libs.chassis.consumer.street import Street, eventually, remains, running


@pytest.fixture
def street(kafka: Kafka, topic_prefix: str) -> Street:
    street = Street(kafka.bootstrap, topic_prefix)
    street.build()
    return street


def numbers(store: PostgresStore, speaker: str = "ada") -> list[int]:
    return notes(store).get(speaker, [])


async def test_a_database_that_stops_in_the_middle_costs_nothing_but_time(
    street: Street, own_postgres: Postgres
) -> None:
    dsn = own_postgres.create_database("stopped")
    migrate(dsn)
    store = PostgresStore(dsn)
    consumer = street.consumer(store)
    async with running(consumer):
        street.tell(raw(said(number), 0, number + 1) for number in range(100))
        await eventually(lambda: len(numbers(store)) == 100)
        own_postgres.stop(immediate=True)
        street.tell(raw(said(number), 0, number + 1) for number in range(100, 3000))
        await eventually(lambda: not consumer.ready(), within=15)
        await asyncio.sleep(1.0)
        await asyncio.to_thread(own_postgres.start)
        await eventually(lambda: len(numbers(store)) > 500, within=30)
        own_postgres.kill()
        await asyncio.to_thread(own_postgres.start)
        await eventually(lambda: numbers(store) == list(range(3000)), within=40)
        await eventually(consumer.ready)
    assert store.parked() == []
    assert counts(street.row(store)) == (3000, 0, 0, 0)
    store.close()


@pytest.mark.long
async def test_a_broker_that_stops_and_comes_back_is_read_on(own_kafka: Kafka, postgres_store: PostgresStore) -> None:
    street = Street(own_kafka.bootstrap, "stopped.")
    street.build()
    consumer = street.consumer(postgres_store)
    async with running(consumer):
        street.tell(raw(said(number), 0, number + 1) for number in range(50))
        await eventually(lambda: len(numbers(postgres_store)) == 50)
        await asyncio.to_thread(own_kafka.stop)
        await eventually(lambda: not consumer.ready())
        await asyncio.to_thread(own_kafka.start)
        street.tell(raw(said(number), 0, number + 1) for number in range(50, 100))
        await eventually(lambda: numbers(postgres_store) == list(range(100)), within=60)
        await eventually(consumer.ready, within=30)


async def test_a_worker_that_starts_before_its_broker_waits_for_it(
    own_kafka: Kafka, postgres_store: PostgresStore
) -> None:
    street = Street(own_kafka.bootstrap, "early.")
    street.build()
    street.tell([raw(said(0), 0, 1)])
    await asyncio.to_thread(own_kafka.stop)
    async with running(street.consumer(postgres_store)):
        await asyncio.sleep(1.0)
        await asyncio.to_thread(own_kafka.start)
        await eventually(lambda: numbers(postgres_store) == [0], within=60)


async def test_records_that_retention_took_away_stop_the_partition_until_an_operator_says(
    street: Street, postgres_store: PostgresStore
) -> None:
    street.tell(raw(said(number), 0, number + 1) for number in range(10))
    async with running(street.consumer(postgres_store)):
        await eventually(lambda: len(numbers(postgres_store)) == 10)
    street.tell(raw(said(number), 0, number + 1) for number in range(10, 30))
    street.forget(before=20)
    consumer = street.consumer(postgres_store)
    async with running(consumer):
        lost = f"{street.prefix}{MOUTH.name}-0: Kafka begins at offset 20, but 10 was not read yet"
        await eventually(lambda: any(why.startswith(lost) for why in consumer.problems()))
        street.tell(raw(said(number, "bob"), 0, 100 + number, partition=1) for number in range(20))
        await eventually(lambda: numbers(postgres_store, "bob") == list(range(20)), within=3)
        await remains(lambda: len(numbers(postgres_store)) == 10 and not consumer.ready(), 1.0)
        resume(postgres_store, street.prefix + MOUTH.name, 0, 20)
        await eventually(lambda: numbers(postgres_store) == [*range(10), *range(20, 30)])
        await eventually(consumer.ready)


async def test_a_topic_deleted_under_a_worker_is_noticed_and_its_successor_is_not_taken_for_it(
    street: Street, postgres_store: PostgresStore
) -> None:
    consumer = street.consumer(postgres_store)
    async with running(consumer):
        street.tell(raw(said(number), 0, number + 1) for number in range(3))
        await eventually(lambda: len(numbers(postgres_store)) == 3)
        await eventually(consumer.ready)
        await asyncio.to_thread(street.demolish)
        gone = f"topic {street.prefix}{MOUTH.name} does not exist"
        await eventually(lambda: any(why.startswith(gone) for why in consumer.problems()), within=10)
        await asyncio.sleep(1.0)
        await asyncio.to_thread(street.build)
        street.tell(raw(said(number), 0, number + 1) for number in range(3, 9))
        anew = "the topic was deleted and created anew"
        await eventually(lambda: sum(anew in why for why in consumer.problems()) == MOUTH.partitions, within=60)
        assert len(numbers(postgres_store)) == 3
        for partition in range(MOUTH.partitions):
            resume(postgres_store, street.prefix + MOUTH.name, partition, 0)
        await eventually(lambda: numbers(postgres_store) == list(range(9)), within=60)
        await eventually(consumer.ready, within=60)


async def test_a_client_that_reads_no_more_is_made_anew(street: Street, postgres_store: PostgresStore) -> None:
    consumer = street.consumer(postgres_store)
    async with running(consumer):
        street.tell([raw(said(0), 0, 1)])
        await eventually(lambda: numbers(postgres_store) == [0])
        # As a bug in the client would end its task; what was asked for before is still delivered.
        consumer._consumer()._fetcher._get_actions_per_node = None
        street.tell([raw(said(1), 0, 2)])
        await asyncio.sleep(1.0)
        street.tell([raw(said(2), 0, 3)])
        await eventually(lambda: not consumer.ready(), within=10)
        await eventually(lambda: numbers(postgres_store) == [0, 1, 2], within=30)
        await eventually(consumer.ready)
