"""Publishing, acknowledged: own micro-batches, bounded memory, a deadline, a fresh producer after each failure."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Self

import structlog
from recado_events.catalogue import MIB, Topic

from recado_chassis.metrics import PRODUCER_FAILURES, PRODUCER_WAITING
from recado_chassis.producing.headers import Headers
from recado_chassis.producing.lanes import Lanes, tell
from recado_chassis.producing.records import DeadlinePassed, Done, Overloaded, Record, TooLarge, sizes_within

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Limits:
    """What waiting for Kafka may cost."""

    seconds: float = 5.0
    """From the call to the acknowledgement."""
    waiting_bytes: int = 64 * MIB
    """Of all calls together; above it calls are refused at once."""


class Batcher:
    """Records in, acknowledgement out. Safe to call from many tasks of one event loop; use it as `async with`.

    Records of one key given one after the other are stored in that order. When a send fails, everything in flight and
    everything that waits fails with it: after one refused batch an idempotent producer either accepts nothing more or,
    made anew, would accept the next batch and leave a gap.
    """

    def __init__(self, bootstrap: str, topics: Iterable[Topic], prefix: str = "", limits: Limits | None = None) -> None:
        self._bootstrap = bootstrap
        self._topics = {topic.name: topic for topic in topics}
        self._prefix = prefix
        self._limits = limits or Limits()
        self._lanes: Lanes | None = None
        self._up = asyncio.Event()
        self._down = asyncio.Event()
        self._reachable = False
        self._waiting = 0
        self._closing: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._time = asyncio.get_running_loop().time
        PRODUCER_WAITING.set_function(lambda: self._waiting)
        self._keeping = asyncio.create_task(self._keep())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Lets what is in flight arrive, up to the deadline."""
        lanes, self._lanes = self._lanes, None
        self._up.clear()
        self._keeping.cancel()
        if lanes is not None:
            await lanes.close()
        await asyncio.gather(self._keeping, *self._closing, return_exceptions=True)

    def ready(self) -> bool:
        """Whether records given now are likely to be acknowledged in time."""
        return self._lanes is not None and self._reachable

    async def send(self, topic: str, key: bytes, value: bytes, headers: Headers) -> None:
        """Returns once the record is acknowledged by all in-sync replicas. `topic` is the catalogue's name.

        Raises TooLarge, Overloaded, DeadlinePassed, ProducerFailed or UnknownTopic.
        """
        await self.send_all([Record(topic, key, value, headers)])

    async def send_all(self, records: Sequence[Record]) -> None:
        """Returns once all are acknowledged; some may be stored when it raises.

        Raises TooLarge after the others were acknowledged, Overloaded, DeadlinePassed, ProducerFailed or UnknownTopic.
        """
        fitting, size, too_large = sizes_within(records, self._topics)
        if not self._has_room(size):
            raise Overloaded(f"{self._waiting} bytes wait for Kafka, {self._limits.waiting_bytes} may")
        by = self._time() + self._limits.seconds
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting += size
        try:
            lanes = self._lanes or await self._connected(by)
            delivery = lanes.give(fitting, by, partial(tell, future), partial(self._release, size))
        except BaseException:
            self._release(size)
            raise
        try:
            await future
        finally:
            delivery.abandon()
        if too_large:
            raise TooLarge(too_large)

    def give(self, records: Sequence[Record], done: Done, seconds: float) -> bool:
        """As `send_all` for whoever cannot wait: `done` is told once, within `seconds`, None or why not.

        False where it cannot be done at once (no connection, too much waits, a record is too large): nothing was sent,
        and `send_all` would wait or say why. Raises UnknownTopic.
        """
        fitting, size, too_large = sizes_within(records, self._topics)
        lanes = self._lanes
        if lanes is None or lanes.failed is not None or too_large or not self._has_room(size):
            return False
        self._waiting += size
        lanes.give(fitting, self._time() + seconds, done, partial(self._release, size))
        return True

    def _has_room(self, size: int) -> bool:
        return self._waiting + size <= self._limits.waiting_bytes

    def _release(self, size: int) -> None:
        self._waiting -= size

    async def _connected(self, by: float) -> Lanes:
        try:
            async with asyncio.timeout_at(by):
                while self._lanes is None:
                    await self._up.wait()
        except TimeoutError as error:
            raise DeadlinePassed("no connection to Kafka in time") from error
        return self._lanes

    async def _keep(self) -> None:
        """There is one producer; after its failure a fresh one, for ever."""
        pause = 0.05
        while True:
            try:
                lanes = await Lanes.open(
                    self._bootstrap, self._topics.values(), self._prefix, self._limits.seconds, self._on_failed
                )
            except Exception as error:  # noqa: BLE001 - whatever it is, a service without a producer must try again
                log.warning("producer.not_connected", error=type(error).__name__, reason=str(error))
                await asyncio.sleep(pause)
                pause = min(pause * 2, 1.0)
                continue
            pause = 0.05
            self._lanes, self._reachable = lanes, True
            self._down.clear()
            self._up.set()
            await self._watch(lanes)
            closing = asyncio.create_task(lanes.close())
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)

    async def _watch(self, lanes: Lanes) -> None:
        """Until it fails. An idle producer does not notice that its broker is gone, so it asks."""
        while not self._down.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(2.0 if self._reachable else 0.5):
                    await self._down.wait()
            if not self._down.is_set():
                self._reachable = await lanes.reachable(2.0)

    def _on_failed(self, reason: str) -> None:
        self._lanes = None
        self._up.clear()
        self._down.set()
        PRODUCER_FAILURES.inc()
        log.warning("producer.failed", reason=reason)
