"""A log whose beginning Kafka has dropped is read from its owner first; nothing is left out and nothing comes twice."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from uuid import UUID

import httpx
import pytest
from recado_chassis.consuming.consumer import Consumer
from recado_chassis.consuming.history import HISTORY, PAGE, LogPage, OwnersOverHttp, OwnerUnavailable
from recado_chassis.consuming.parked import retry
from recado_chassis.consuming.partitions import reread
from recado_chassis.http.app import create_app
from recado_chassis.mapper import Mapper
from recado_chassis.ports import SystemClock, Uuid7
from recado_chassis.service import Service
from recado_chassis.storing.memory import MemoryStore
from recado_chassis.storing.postgres import PostgresStore
from recado_chassis.streams import Streams
from recado_chassis.work import Fold, Work
from recado_events.envelope import Cause

from deploy.local.provider import Kafka
from tests.libs.chassis.consumer.ear import MOUTH, Ear, Raw, Said, headers_of, notes, said
from tests.libs.chassis.consumer.street import Street, eventually, remains, running
from tests.libs.chassis.edges.boxes import settings_with
from tests.libs.chassis.edges.identity import service_token

SPEAKERS = "abcdefgh"


class Mouth:
    """The owner of a log: says something, serves what it said, and tells Kafka."""

    def __init__(self, street: Street) -> None:
        self.street = street
        self.store = MemoryStore()
        clock = SystemClock()
        self._streams = Streams(self.store, Mapper([Said]), clock, Uuid7(clock))
        app = create_app(Service("mouth", self._streams, tells=(Said,)), settings_with())
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://mouth")
        self.owners = OwnersOverHttp(self._client, {"mouth": "http://mouth"}, service_token())

    def says(self, numbers: range) -> None:
        for number in numbers:
            events = [said(number, speaker) for speaker in SPEAKERS]
            end = self._streams.transact(lambda work, told=events: _say(work, told)).position  # type: ignore[misc]
            first = end - len(events) + 1
            self.street.tell(self._record(event, first + place) for place, event in enumerate(events))

    def _record(self, event: Said, position: int) -> Raw:
        headers = headers_of(event, position, self.store.log_id())
        partition = ord(event.speaker) % MOUTH.partitions
        return Raw(MOUTH.name, partition, 0, event.key.encode(), event.model_dump_json().encode(), headers)


def _say(work: Work, events: list[Said]) -> None:
    work.load({event.stream: Fold(None, lambda state, _: state) for event in events})
    work.record(events, Cause("story"))


class Faltering(OwnersOverHttp):
    """Does not answer now and then."""

    def __init__(self, owners: OwnersOverHttp) -> None:
        self.__dict__ = owners.__dict__
        self.dice = random.Random(7)

    async def page(self, owner: str, after: int, limit: int = PAGE, organisation_id: UUID | None = None) -> LogPage:
        page = await super().page(owner, after, limit, organisation_id)
        if self.dice.random() < 0.3:
            raise OwnerUnavailable("mouth does not tell its log: a test")
        return LogPage(page.events[:80], page.events[:80][-1]["position"] if page.events else page.next, page.end)


@pytest.fixture
async def mouth(kafka: Kafka, topic_prefix: str) -> AsyncIterator[Mouth]:
    street = Street(kafka.bootstrap, topic_prefix)
    street.build()
    mouth = Mouth(street)
    async with mouth._client:
        yield mouth


def heard(store: PostgresStore, numbers: range) -> bool:
    return notes(store) == {speaker: list(numbers) for speaker in SPEAKERS}


async def test_who_comes_late_hears_the_same_as_who_was_there_from_day_one(
    mouth: Mouth, postgres_store: PostgresStore
) -> None:
    mouth.says(range(40))
    mouth.street.forget(before=20, partition=1)
    late = MemoryStore()
    async with running(mouth.street.consumer(late, owners=mouth.owners)):
        mouth.says(range(40, 60))
        await eventually(lambda: notes(late) == {speaker: list(range(60)) for speaker in SPEAKERS})
        mouth.says(range(60, 70))
        await eventually(lambda: notes(late) == {speaker: list(range(70)) for speaker in SPEAKERS})


async def test_two_workers_and_an_owner_that_falters_lose_and_repeat_nothing(
    mouth: Mouth, postgres_store: PostgresStore
) -> None:
    mouth.says(range(30))
    mouth.street.forget(before=5, partition=3)
    first, second = (mouth.street.consumer(postgres_store, owners=Faltering(mouth.owners)) for _ in range(2))
    async with running(first, second):
        mouth.says(range(30, 50))
        await eventually(lambda: heard(postgres_store, range(50)), within=60)
        await eventually(lambda: first.problems() + second.problems() == [], within=60)
        mouth.says(range(50, 60))
        await eventually(lambda: heard(postgres_store, range(60)))
        await remains(lambda: heard(postgres_store, range(60)), 0.5)
    read = next(row for row in postgres_store.inbox() if row.partition == HISTORY)
    assert (read.duplicate, read.parked) == (0, 0)
    assert read.accepted >= 30 * len(SPEAKERS)


async def test_what_is_parked_while_history_is_read_can_be_tried_again(
    mouth: Mouth, postgres_store: PostgresStore
) -> None:
    mouth.says(range(10))
    mouth.street.forget(before=2, partition=1)
    ear = Ear(deaf={"a"})
    async with running(mouth.street.consumer(postgres_store, ear, owners=mouth.owners)):
        await eventually(lambda: postgres_store.parked_count() == 10)
        mouth.says(range(10, 12))
        await eventually(lambda: postgres_store.parked_count() == 12)
    ear.deaf.clear()
    assert retry(ear.service(postgres_store), "a", mouth.street.prefix).done == 12
    assert heard(postgres_store, range(12))


@pytest.mark.parametrize("is_remade", [False, True], ids=["retention passed", "topic made anew"])
async def test_what_kafka_lost_while_nobody_read_is_read_again_from_the_owner(
    mouth: Mouth, postgres_store: PostgresStore, is_remade: bool
) -> None:
    mouth.says(range(10))
    async with running(mouth.street.consumer(postgres_store, owners=mouth.owners)):
        await eventually(lambda: heard(postgres_store, range(10)))
    mouth.says(range(10, 30))
    if is_remade:
        mouth.street.demolish()
        mouth.street.build()
        mouth.says(range(30, 35))
    else:
        for partition in range(MOUTH.partitions):
            mouth.street.forget(before=45, partition=partition)
    consumer = mouth.street.consumer(postgres_store, owners=mouth.owners)
    async with running(consumer):
        await eventually(lambda: sum(row.paused is not None for row in postgres_store.inbox()) == MOUTH.partitions)
        assert heard(postgres_store, range(10))
        await asyncio.to_thread(reread, postgres_store, mouth.street.prefix + MOUTH.name)
        mouth.says(range(35, 40))
        expected = set(range(40)) - (set() if is_remade else set(range(30, 35)))
        await eventually(
            lambda: (
                {speaker: set(told) for speaker, told in notes(postgres_store).items()}
                == dict.fromkeys(SPEAKERS, expected)
            )
        )
        await eventually(consumer.ready)
    again = [told for told in notes(postgres_store).values() if len(told) > len(expected)]
    assert all(len(told) <= len(expected) + 1 for told in again), "more than the last of each was handled again"


async def test_where_no_owner_can_be_asked_an_operator_is(mouth: Mouth, postgres_store: PostgresStore) -> None:
    mouth.says(range(10))
    for partition in range(MOUTH.partitions):
        mouth.street.forget(before=2, partition=partition)
    consumer = mouth.street.consumer(postgres_store)
    async with running(consumer):
        await eventually(lambda: any("RECADO_EVENTS_URLS" in why for why in consumer.problems()))
    async with running(mouth.street.consumer(postgres_store, owners=mouth.owners)):
        reread(postgres_store, mouth.street.prefix + MOUTH.name)
        await eventually(lambda: heard(postgres_store, range(10)))


async def test_an_owner_that_does_not_answer_is_named(mouth: Mouth, postgres_store: PostgresStore) -> None:
    mouth.says(range(10))
    mouth.street.forget(before=2, partition=1)
    async with httpx.AsyncClient() as client:
        owners = OwnersOverHttp(client, {"mouth": "http://127.0.0.1:9"}, "token")
        consumer = mouth.street.consumer(postgres_store, owners=owners)
        async with running(consumer):
            await eventually(lambda: any("mouth does not tell its log" in why for why in consumer.problems()))
            assert not consumer.ready()


async def test_an_owner_that_does_not_answer_is_named_by_the_worker_alone_that_asks_it(
    mouth: Mouth, postgres_store: PostgresStore
) -> None:
    """Whichever of them held the first partition before the others joined."""

    def naming() -> list[Consumer]:
        return [each for each in workers if any("does not tell its log" in why for why in each.problems())]

    def holding() -> list[Consumer]:
        return [each for each in workers if 0 in (each.held(MOUTH) or ())]

    mouth.says(range(2))
    mouth.street.forget(before=2, partition=1)
    async with httpx.AsyncClient() as client:
        owners = OwnersOverHttp(client, {"mouth": "http://127.0.0.1:9"}, "token")
        workers = [mouth.street.consumer(postgres_store, owners=owners) for _ in range(3)]
        async with running(workers[0]):
            await eventually(lambda: naming() == workers[:1])
            async with running(*workers[1:]):
                await eventually(lambda: all(each.held(MOUTH) for each in workers) and naming() == holding())
