"""What is told on Kafka is heard once and in order, by however many workers, and a worker says how it fares."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest
from prometheus_client import REGISTRY
from recado_chassis.consuming.consumer import Consumer
from recado_chassis.storing.postgres import PostgresStore

from deploy.local.provider import Kafka
from tests.libs.chassis.consumer.ear import MOUTH, STREET, Ear, Raw, counts, message, notes, raw, said
from tests.libs.chassis.consumer.street import Street, eventually, on_partitions, remains, running, stop


@pytest.fixture
def street(kafka: Kafka, topic_prefix: str) -> Street:
    street = Street(kafka.bootstrap, topic_prefix)
    street.build()
    return street


def story(numbers: range, speakers: str = "abcdefgh") -> list[Raw]:
    """Each number from every speaker; positions follow the order."""
    told = [said(number, speaker) for number in numbers for speaker in speakers]
    first = numbers.start * len(speakers)
    return on_partitions(raw(event, 0, first + place) for place, event in enumerate(told, start=1))


def heard_all(store: PostgresStore, numbers: range, speakers: str = "abcdefgh") -> bool:
    return notes(store) == {speaker: list(numbers) for speaker in speakers}


async def test_everything_told_is_heard_on_all_topics(street: Street, postgres_store: PostgresStore) -> None:
    consumer = street.consumer(postgres_store)
    assert not consumer.ready()
    street.tell([*story(range(50)), *[message(number, number) for number in range(9)]])
    async with running(consumer):
        await eventually(lambda: len(notes(postgres_store).get("f1ngerpr1nt", [])) == 9)
        await eventually(lambda: sum(row.accepted for row in postgres_store.inbox()) == 409)
        street.tell(story(range(50, 60)))
        await eventually(lambda: sum(row.accepted for row in postgres_store.inbox()) == 489)
        await eventually(consumer.ready)
        await eventually(lambda: street.committed("ear") == street.row(postgres_store).next_offset)
    told = notes(postgres_store)
    assert told.pop("f1ngerpr1nt") == list(range(9))
    assert told == {speaker: list(range(60)) for speaker in "abcdefgh"}
    assert all(sum(counts(row)) == row.next_offset for row in postgres_store.inbox())


async def test_a_worker_goes_on_where_the_last_one_ended(street: Street, postgres_store: PostgresStore) -> None:
    street.tell(story(range(20)))
    async with running(street.consumer(postgres_store)):
        await eventually(lambda: heard_all(postgres_store, range(20)))
    street.tell(story(range(20, 40)))
    async with running(street.consumer(postgres_store)):
        await eventually(lambda: heard_all(postgres_store, range(40)))
    assert all(row.duplicate == 0 for row in postgres_store.inbox())


async def test_a_worker_that_stops_finishes_its_batch_and_leaves_the_group(
    street: Street, postgres_store: PostgresStore
) -> None:
    street.tell(story(range(200)))
    task = asyncio.create_task(street.consumer(postgres_store).run())
    await eventually(lambda: sum(row.next_offset for row in postgres_store.inbox()) > 0)
    await stop(task)
    assert await asyncio.to_thread(street.members, "ear") == 0
    stood = [row.next_offset for row in postgres_store.inbox()]
    await asyncio.sleep(0.3)
    assert [row.next_offset for row in postgres_store.inbox()] == stood


async def test_a_batch_that_does_not_begin_where_its_partition_stands_is_dropped(
    street: Street, postgres_store: PostgresStore
) -> None:
    """Kafka's client hands over what it had fetched before it was told to seek."""
    consumer = street.consumer(postgres_store)
    async with running(consumer):
        street.tell(raw(said(number), 0, number + 1) for number in range(3))
        await eventually(lambda: notes(postgres_store) == {"ada": [0, 1, 2]})
        stale = [replace(raw(said(n), n), topic=street.prefix + MOUTH.name) for n in range(1, 9)]
        await consumer._hearing.hear(stale[:2])
        await consumer._hearing.hear(stale[4:])
        street.tell(raw(said(number), 0, number + 1) for number in range(3, 6))
        await eventually(lambda: notes(postgres_store) == {"ada": list(range(6))})
    assert counts(street.row(postgres_store)) == (6, 0, 0, 0)


async def test_workers_that_come_and_go_hear_everything_once(street: Street, postgres_store: PostgresStore) -> None:
    stream = 0
    async with running(street.consumer(postgres_store)):
        for _ in range(3):
            second = asyncio.create_task(street.consumer(postgres_store).run())
            for _ in range(10):
                street.tell(story(range(stream, stream + 10)))
                stream += 10
                await asyncio.sleep(0.1)
            await stop(second)
        await eventually(lambda: heard_all(postgres_store, range(stream)), within=40)
    assert all(sum(counts(row)) == row.next_offset for row in postgres_store.inbox())


async def test_two_workers_share_the_partitions(street: Street, postgres_store: PostgresStore) -> None:
    first, second = street.consumer(postgres_store), street.consumer(postgres_store)
    async with running(first, second):
        await eventually(lambda: street.members("ear") == 2)
        await eventually(lambda: first.ready() and second.ready())
        street.tell(story(range(30)))
        await eventually(lambda: heard_all(postgres_store, range(30)))


POISON: dict[str, Callable[[Raw], Raw]] = {
    "bad json": lambda record: replace(record, value=b"{"),
    "lone surrogate": lambda record: replace(record, value=b'{"text": "\\ud800"}'),
    "nothing": lambda record: replace(record, value=None),
    "unknown version": lambda record: header(record, "ce_type", b"mouth.said.v2"),
    "header that is not UTF-8": lambda record: header(record, "ce_time", b"\xff\xfe"),
    "subject that is not UTF-8": lambda record: header(record, "ce_subject", b"\xff\xfe"),
    "position out of range": lambda record: header(record, "ce_position", b"9" * 30),
    "foreign key": lambda record: replace(record, key=b"somebody else"),
    "nul": lambda record: body(record, "claimed", "no \0 in text"),
    "900 kB": lambda record: body(record, "claimed", "0123456789abcdef" * 57_600),
    "bug": lambda record: body(record, "maimed", ""),
}


def header(record: Raw, name: str, value: bytes) -> Raw:
    return replace(record, headers=tuple((known, value if known == name else told) for known, told in record.headers))


def body(record: Raw, how: str, text: str) -> Raw:
    speaker = (record.key or b"").decode()
    return replace(record, value=said(0, speaker, how, text).model_dump_json().encode())


def sample(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(name, labels)


async def test_poison_of_every_kind_is_parked_at_once_while_others_flow(
    street: Street, postgres_store: PostgresStore
) -> None:
    consumer = street.consumer(postgres_store)
    async with running(consumer):
        street.tell(story(range(1)))
        await eventually(lambda: heard_all(postgres_store, range(1)))
        poisoned = [poison(raw(said(0, f"p{n}"), 0, 100 + n)) for n, poison in enumerate(POISON.values())]
        street.tell([*poisoned, *story(range(20, 30))])
        await eventually(lambda: len(postgres_store.parked()) == len(POISON), within=5)
        await eventually(lambda: len(notes(postgres_store)["a"]) == 11, within=5)
        assert consumer.ready()
        await eventually(lambda: sample("recado_parked_records") == len(POISON))
        first = {"topic": street.prefix + MOUTH.name, "partition": "0"}
        assert sample("recado_consumed_records_total", outcome="parked", **first) == len(POISON)
        assert sample("recado_lag_records", **first) == 0
    parked = {row.offset: (row.value, row.headers) for row in postgres_store.parked()}
    assert sorted(parked.values(), key=str) == sorted(((record.value, record.headers) for record in poisoned), key=str)
    assert all(sum(counts(row)) == row.next_offset for row in postgres_store.inbox())


async def test_a_topic_that_does_not_exist_is_named_until_it_does(
    kafka: Kafka, topic_prefix: str, postgres_store: PostgresStore
) -> None:
    street = Street(kafka.bootstrap, topic_prefix)
    consumer = street.consumer(postgres_store)
    async with running(consumer):
        await eventually(
            lambda: any(f"{topic_prefix}{STREET.name} does not exist" in why for why in consumer.problems())
        )
        street.build()
        street.tell(story(range(5)))
        await eventually(lambda: heard_all(postgres_store, range(5)))
        await eventually(consumer.ready)


async def test_a_service_that_hears_nothing_is_ready(street: Street, postgres_store: PostgresStore) -> None:
    service = replace(Ear().service(postgres_store), hears=())
    assert Consumer(service, street.bootstrap, street.prefix).ready()


async def test_a_change_of_the_owners_log_stops_that_partition_only(
    street: Street, postgres_store: PostgresStore
) -> None:
    consumer = street.consumer(postgres_store)
    restored = [raw(said(9, "a"), 0, 1, partition=ord("a") % 4, log="restored")]
    async with running(consumer):
        street.tell([*story(range(3)), *restored, *[r for r in story(range(3, 6)) if r.partition != ord("a") % 4]])
        await eventually(lambda: notes(postgres_store).get("b") == list(range(6)))
        await eventually(lambda: any("restored" in why for why in consumer.problems()))
        waiting = {"topic": street.prefix + MOUTH.name, "partition": str(ord("a") % 4)}
        await eventually(lambda: sample("recado_lag_records", **waiting) == 1)
        await eventually(lambda: sample("recado_waiting_partitions") == 1)
        await remains(lambda: notes(postgres_store)["a"] == [0, 1, 2], 1.0)
