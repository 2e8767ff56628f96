"""What happens to each batch Kafka delivers: it is in the database when the handler returns, or is read again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from time import perf_counter

import structlog
from opentelemetry.trace import SpanKind

from recado_chassis.consuming.assignment import Assignment
from recado_chassis.consuming.batch import Batch
from recado_chassis.consuming.checks import Checks
from recado_chassis.consuming.decoding import Decoder, KafkaRecord, Place
from recado_chassis.consuming.subscription import Pace
from recado_chassis.following.untiring import where
from recado_chassis.metrics import BATCH_RECORDS, BATCH_SECONDS
from recado_chassis.store import Conflict, InboxRow, Unavailable
from recado_chassis.streams import Streams
from recado_chassis.threads import in_thread
from recado_chassis.tracing import span

_FIRST_WAIT = 0.1
_LONGEST_PAUSE = 30.0

_log = structlog.get_logger()


class Hearing:
    """One batch at a time. While it works or waits in a thread, heartbeats go on: the group keeps this worker."""

    def __init__(self, streams: Streams, decoder: Decoder, assignment: Assignment, checks: Checks, pace: Pace) -> None:
        self.turn = asyncio.Lock()
        """Held while a batch is worked off; whoever seeks or pauses takes it first."""
        self.stopping = asyncio.Event()
        self._streams = streams
        self._decoder = decoder
        self._assignment = assignment
        self._checks = checks
        self._pace = pace

    async def hear(self, records: Sequence[KafkaRecord]) -> None:
        """Never raises: the framework would swallow it and go on with the next batch."""
        began = perf_counter()
        await self._take_turn(records)
        await self._stopped_within(began + self._pace.cycle - perf_counter())

    async def _take_turn(self, records: Sequence[KafkaRecord]) -> None:
        async with self.turn:
            admitted = self._assignment.admit(records)
            if not admitted or self.stopping.is_set():
                return
            try:
                await self._hear(admitted)
            except Exception as error:  # noqa: BLE001
                _log.error("batch is read again", error=where(error))
                self._assignment.read_again(_places(admitted))
                await self._stopped_within(1.0)

    async def _hear(self, records: Sequence[KafkaRecord]) -> None:
        began = perf_counter()
        # Taken before anything is awaited: a rebalance may empty them meanwhile.
        rows = {place: self._assignment.rows[place] for place in _places(records)}
        batch = await in_thread(self._read, records, rows)
        with span("batch", SpanKind.CONSUMER, links=batch.stories(), records=len(records)):
            try:
                await self._work_off(batch)
            finally:
                self._assignment.settle(batch)
        for place, why in batch.stuck.items():
            await self._checks.pause(batch.rows[place], why)
        BATCH_RECORDS.observe(len(records))
        BATCH_SECONDS.observe(perf_counter() - began)

    def _read(self, records: Sequence[KafkaRecord], rows: Mapping[Place, InboxRow]) -> Batch:
        return Batch(self._streams, rows, [self._decoder.read(record) for record in records])

    async def _work_off(self, batch: Batch) -> None:
        """Through any outage, but not for so long that Kafka's group would take the partitions away."""
        now = asyncio.get_running_loop().time
        deadline, pause = now() + self._pace.longest_wait, _FIRST_WAIT
        while True:
            try:
                return await in_thread(batch.work_off)
            except (Conflict, Unavailable) as error:
                _log.warning("batch waits", error=str(error), seconds=pause)
            if now() + pause > deadline or await self._stopped_within(pause):
                return None
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _stopped_within(self, seconds: float) -> bool:
        if seconds <= 0:
            return self.stopping.is_set()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.stopping.wait()
        return self.stopping.is_set()


def _places(records: Sequence[KafkaRecord]) -> set[Place]:
    return {(record.topic, record.partition) for record in records}
