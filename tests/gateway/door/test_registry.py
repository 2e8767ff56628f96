"""Memory answers at once, a miss is looked up once, and what may be too old is not answered from memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from threading import Event as Signal
from uuid import uuid4

import pytest
from gateway.adapters.door import registry as module
from gateway.adapters.door.desk import Desk
from gateway.adapters.door.ownership import Place
from gateway.adapters.door.raw_records import RawRecords
from gateway.adapters.door.registry import LOOK_UP_SECONDS, MISS_SECONDS, TRUSTED, Registry, Unsure
from gateway.application.folds import CHANNEL
from gateway.domain.tags import Tags
from recado_chassis.fingerprints import Fingerprints
from recado_chassis.following.follower import Tail
from recado_chassis.http.problems import Problem
from recado_chassis.ports import SystemClock, Uuid7
from recado_chassis.producing.records import Done, Record
from recado_chassis.store import EventRow, Unavailable
from recado_chassis.storing.memory import MemoryStore
from recado_chassis.toolbox import Toolbox
from recado_chassis.work import Work
from recado_events.envelope import Cause
from recado_events.event import Event
from recado_events.gateway import PUBLISHED

from tests.gateway.door.test_meaning import text_body
from tests.gateway.door.test_ownership import ADA, BEA, freed, started
from tests.simulator.bodies import Line
from tests.simulator.signing import meta_json

NUMBER = Place("9001", "7001")


@dataclass
class Time:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class WatchedLog:
    """A log in memory that counts looks at its end, and can be out of reach or stand still."""

    store: MemoryStore = field(default_factory=MemoryStore)
    looks: int = 0
    attempts: int = 0
    down: bool = False
    stands_still: Signal = field(default_factory=Signal)

    def end(self) -> int:
        self.attempts += 1
        if self.down:
            raise Unavailable("the database is out of reach")
        self.looks += 1
        return self.store.end()

    def tail(self) -> Tail:
        if self.down:
            raise Unavailable("the database is out of reach")
        return _Tail(self, self.store.tail())

    def append(self, fact: Event) -> None:
        streams = Toolbox(self.store).streams(PUBLISHED)

        def decide(work: Work) -> None:
            work.load({fact.stream: CHANNEL})
            work.record([fact], Cause(str(uuid4())))

        streams.transact(decide)


class _Tail:
    def __init__(self, log: WatchedLog, tail: Tail) -> None:
        self._log = log
        self._tail = tail
        self.end = tail.end
        self.close = tail.close

    def read(self, after: int, limit: int) -> Sequence[EventRow]:
        if self._log.down:
            raise Unavailable("the database is out of reach")
        return [] if self._log.stands_still.is_set() else self._tail.read(after, limit)

    def wait(self, seconds: float) -> bool:
        if self._log.down:
            raise Unavailable("the database is out of reach")
        return self._tail.wait(seconds)


@asynccontextmanager
async def running(log: WatchedLog, time: Time) -> AsyncIterator[Registry]:
    registry = Registry(log, time)
    task = asyncio.create_task(registry.run())
    try:
        async with asyncio.timeout(5):
            while not registry.ready():
                await asyncio.sleep(0.01)
        yield registry
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def owner_of(registry: Registry, place: Place = NUMBER) -> object:
    found = (await registry.find([place]))[place]
    return found and found.organisation_id


async def test_it_is_not_ready_before_it_has_read_the_log() -> None:
    log = WatchedLog(down=True)
    registry = Registry(log, Time())
    task = asyncio.create_task(registry.run())
    await asyncio.sleep(0.1)
    assert not registry.ready()
    with pytest.raises(Unsure):
        await registry.find([NUMBER])
    task.cancel()


async def test_what_is_known_is_answered_without_a_look() -> None:
    log, time = WatchedLog(), Time()
    log.append(started(ADA))
    async with running(log, time) as registry:
        assert [await owner_of(registry) for _ in range(3)] == [ADA] * 3
        assert log.looks == 0


async def test_a_number_begun_just_now_is_found_by_looking_once() -> None:
    log, time = WatchedLog(), Time()
    async with running(log, time) as registry:
        log.append(started(ADA))
        assert await owner_of(registry) == ADA


async def test_a_miss_is_looked_up_once_in_some_seconds() -> None:
    log, time = WatchedLog(), Time()
    async with running(log, time) as registry:
        assert [await owner_of(registry) for _ in range(5)] == [None] * 5
        assert log.looks == 1
        time.now += MISS_SECONDS + 0.1
        assert await owner_of(registry) is None
        assert log.looks == 2


async def test_many_who_miss_at_once_share_a_look_that_began_after_they_asked() -> None:
    log, time = WatchedLog(), Time()
    async with running(log, time) as registry:
        places = [Place("9001", str(number)) for number in range(200)]
        await asyncio.gather(*(registry.find([place]) for place in places))
        assert log.looks <= 2


async def test_many_who_miss_during_an_outage_are_told_at_once() -> None:
    log, time = WatchedLog(), Time()
    async with running(log, time) as registry:
        log.down = True
        places = [Place("9001", str(number)) for number in range(50)]
        outcomes = await asyncio.gather(*(registry.find([place]) for place in places), return_exceptions=True)
        assert {type(outcome) for outcome in outcomes} == {Unsure}
        assert log.attempts <= 2


async def test_a_freed_number_is_nobodys_and_then_the_next_ones() -> None:
    log, time = WatchedLog(), Time()
    log.append(started(ADA))
    async with running(log, time) as registry:
        log.append(freed(ADA))
        while await owner_of(registry) == ADA:
            await asyncio.sleep(0.01)
        assert await owner_of(registry) is None
        log.append(started(BEA))
        time.now += MISS_SECONDS + 0.1
        assert await owner_of(registry) == BEA


async def test_a_miss_that_cannot_be_looked_up_is_no_answer() -> None:
    log, time = WatchedLog(), Time()
    log.append(started(ADA))
    async with running(log, time) as registry:
        log.down = True
        assert await owner_of(registry) == ADA
        with pytest.raises(Unsure):
            await owner_of(registry, Place("9001", "7999"))


async def test_a_miss_is_no_answer_while_the_log_is_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_UP_SECONDS", 0.2)
    assert LOOK_UP_SECONDS <= 2.0, "an answer is due within 5 s"
    log, time = WatchedLog(), Time()
    async with running(log, time) as registry:
        log.stands_still.set()
        log.append(started(ADA))
        with pytest.raises(Unsure):
            await owner_of(registry)


async def test_what_may_be_older_than_the_time_a_number_is_kept_back_is_not_trusted() -> None:
    log, time = WatchedLog(), Time()
    log.append(started(ADA))
    async with running(log, time) as registry:
        log.down = True
        await asyncio.sleep(0.3)
        time.now += TRUSTED - 1
        assert await owner_of(registry) == ADA
        time.now += 2
        assert not registry.ready()
        with pytest.raises(Unsure):
            await owner_of(registry)
        log.down = False
        async with asyncio.timeout(10):
            while not registry.ready():
                await asyncio.sleep(0.01)
        assert await owner_of(registry) == ADA


class _Kafka:
    """Acknowledges all, and remembers it."""

    def __init__(self) -> None:
        self.records: list[Record] = []

    async def send_all(self, records: Sequence[Record]) -> None:
        self.records += records

    def give(self, records: Sequence[Record], done: Done, seconds: float) -> bool:
        self.records += records
        done(None)
        return True

    def ready(self) -> bool:
        return True


async def test_without_the_log_for_four_minutes_meta_is_told_to_come_again_also_for_known_numbers() -> None:
    log, time, kafka, clock = WatchedLog(), Time(), _Kafka(), SystemClock()
    log.append(started(ADA))
    body = meta_json(text_body(Line("9001", "7001")))
    async with running(log, time) as registry:
        desk = Desk(registry, Tags(b"k" * 32), RawRecords(Fingerprints(b"a" * 32)), kafka, clock, Uuid7(clock))
        log.down = True
        await asyncio.sleep(0.3)
        time.now += TRUSTED - 1
        await desk.take(body, Cause("a test"))
        time.now += 2
        with pytest.raises(Problem) as refused:
            await desk.take(body, Cause("a test"))
        assert (refused.value.status, refused.value.rule) == (503, "registry_unavailable")
        assert refused.value.headers == {"Retry-After": "1"}
        log.down = False
        async with asyncio.timeout(10):
            while not registry.ready():
                await asyncio.sleep(0.01)
        await desk.take(body, Cause("a test"))
    assert {record.key for record in kafka.records} == {f"{ADA}:7001".encode()}
    assert len(kafka.records) == 2


def test_memory_is_trusted_for_less_than_a_freed_number_is_kept_from_others() -> None:
    assert TRUSTED <= 4 * 60
