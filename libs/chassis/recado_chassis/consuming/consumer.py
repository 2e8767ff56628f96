"""The consuming role of a worker: all topics its service hears, each batch in the database before the next."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from functools import partial

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from confluent_kafka import KafkaException
from recado_events.catalogue import Topic

from recado_chassis.consuming.assignment import Assignment
from recado_chassis.consuming.checks import Checks, TopicIds
from recado_chassis.consuming.decoding import Decoder, Place
from recado_chassis.consuming.hearing import Hearing
from recado_chassis.consuming.history import Nobody, Owners
from recado_chassis.consuming.late import Late
from recado_chassis.consuming.subscription import Pace, Subscription
from recado_chassis.crash import crash
from recado_chassis.following.untiring import where
from recado_chassis.metrics import WAITING
from recado_chassis.producing import topics
from recado_chassis.service import Service
from recado_chassis.store import Conflict, Fenced, Unavailable

_OUTAGES = (KafkaError, KafkaException, topics.KafkaUnavailable, Unavailable, Conflict, Fenced, TimeoutError)
_PULSE = 1.0
_LONGEST_CHECK = 20.0

_log = structlog.get_logger()


class Consumer:
    """Runs until it is cancelled, through outages of Kafka and of the database. One a process."""

    name = "consumer"

    def __init__(
        self,
        service: Service,
        bootstrap: str,
        prefix: str = "",
        *,
        pace: Pace | None = None,
        topic_ids: TopicIds | None = None,
        owners: Owners | None = None,
    ) -> None:
        """`owners` tell what Kafka no longer holds of logs that are heard for the first time."""
        self._bootstrap = bootstrap
        self._prefix = prefix
        self._group = prefix + service.name
        self._pace = pace or Pace()
        self._patience = timedelta(seconds=self._pace.patience)
        self._clock = service.streams.clock
        self._decoder = Decoder(service.hears, prefix)
        self._assignment = Assignment()
        ask = topic_ids or partial(topics.topic_ids, bootstrap)
        self._late = Late(service.streams, self._decoder, owners or Nobody(), self._assignment)
        self._checks = Checks(service.streams.store, self._decoder, ask, self._clock, self._assignment, self._late)
        self._hearing = Hearing(service.streams, self._decoder, self._assignment, self._checks, self._pace)
        self._subscription: Subscription | None = None
        self._reassigned = asyncio.Event()
        self._told: dict[Place, int] = {}
        """Offsets that Kafka knows."""

    async def run(self) -> None:
        """On cancellation it reads no more, finishes the batch at hand and leaves the group."""
        while self._decoder.topics:
            try:
                await self._consume()
            except _OUTAGES as error:
                _log.warning("consumer starts again", error=f"{type(error).__name__}: {error}")
            await asyncio.sleep(_PULSE)

    def ready(self) -> bool:
        return not self.problems()

    def held(self, topic: Topic) -> frozenset[int] | None:
        """The partitions of a topic that are this worker's now; None while it is in no group and nobody can say."""
        places = self._assignment.held()
        return (
            None
            if places is None
            else frozenset(number for name, number in places if name == self._prefix + topic.name)
        )

    def problems(self) -> list[str]:
        """Why this worker cannot do all its work, for people to read; empty where it can."""
        if not self._decoder.topics:
            return []
        missing = [f"topic {name} does not exist: run `recado topics create`" for name in self._checks.missing]
        waiting = [f"{topic}-{number}: {why}" for (topic, number), why in self._assignment.waiting.items()]
        stalled = [
            f"{topic}-{number}: is behind and has not moved for {self._pace.patience:.0f} s"
            for topic, number in self._assignment.stalled(self._clock.now(), self._patience)
        ]
        unseen = [] if self._is_checked() else ["Kafka or the database did not answer to tell where partitions stand"]
        return missing + waiting + list(self._late.reasons.values()) + stalled + unseen

    async def _consume(self) -> None:
        """One member of the group, from joining to leaving."""
        await self._checks.ask_topics()
        if self._checks.missing:
            return
        subscription = self._subscription = Subscription(
            self._bootstrap,
            self._group,
            self._decoder.topics,
            self._pace,
            hear=self._hearing.hear,
            assigned=self._begin,
            revoked=self._assignment.end,
        )
        self._hearing.stopping.clear()
        try:
            await subscription.start()
            await self._watch()
        finally:
            await self._stop(subscription)

    async def _stop(self, subscription: Subscription) -> None:
        self._hearing.stopping.set()
        await self._late.stop()
        with suppress(TimeoutError):
            async with asyncio.timeout(self._pace.graceful), self._hearing.turn:
                await self._tell()
        try:
            await subscription.stop()
        except Exception as error:  # noqa: BLE001 - a client that is broken already may say so once more
            _log.warning("client did not stop well", error=where(error))
        self._assignment.end()

    def _begin(self, places: Iterable[TopicPartition]) -> None:
        self._assignment.begin(self._consumer(), places)
        self._told = {}
        self._reassigned.set()

    async def _watch(self) -> None:
        """Returns when the client reads no more although it should: then another one is needed."""
        now, due = asyncio.get_running_loop().time, 0.0
        while not self._is_dead():
            if self._reassigned.is_set() or now() >= due:
                due = now() + (self._pace.check_every if await self._check() else _PULSE)
            await self._tell()
            WAITING.set(len(self._assignment.waiting))
            # Not wait_for, here and elsewhere: up to Python 3.11 it can swallow the cancellation that stops us.
            with suppress(TimeoutError):
                async with asyncio.timeout(_PULSE):
                    await self._reassigned.wait()
        _log.error("consumer reads no more and is made anew", problems=self.problems())

    async def _check(self) -> bool:
        self._reassigned.clear()
        try:
            async with self._hearing.turn, asyncio.timeout(_LONGEST_CHECK):
                await self._checks.check(self._consumer())
        except _OUTAGES as error:
            _log.warning("partitions could not be checked", error=f"{type(error).__name__}: {error}")
            return False
        return True

    async def _tell(self) -> None:
        """Kafka's committed offsets serve displays of lag; nobody reads from them, so nothing depends on them."""
        offsets = {place: row.next_offset for place, row in self._assignment.rows.items()}
        news = {TopicPartition(*place): at for place, at in offsets.items() if self._told.get(place) != at}
        if not news:
            return
        crash("consumer.before_ack")
        with suppress(KafkaError, TimeoutError):
            async with asyncio.timeout(_PULSE * 5):
                await self._consumer().commit(news)
            self._told = offsets

    def _consumer(self) -> AIOKafkaConsumer:
        consumer = self._subscription and self._subscription.consumer
        if consumer is None:
            raise RuntimeError("there is no client of Kafka now: it was stopped meanwhile")
        return consumer

    def _is_checked(self) -> bool:
        checked_at = self._checks.checked_at
        return checked_at is not None and self._clock.now() - checked_at <= self._patience

    def _is_dead(self) -> bool:
        """Kafka and the database answer, records are there, no batch is at hand, and yet nothing moves."""
        stalled = self._assignment.stalled(self._clock.now(), 2 * self._patience)
        return bool(stalled) and self._is_checked() and not self._hearing.turn.locked()
