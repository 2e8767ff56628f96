"""The relay: a service's log is its outbox, published in order, at least once, by one process at a time."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from itertools import takewhile

from recado_events.catalogue import Topic, topic_of

from recado_chassis.crash import crash
from recado_chassis.metrics import RELAY_LAG, RELAY_LEADS, RELAY_POSITION
from recado_chassis.producing.headers import source_of
from recado_chassis.producing.lanes import Lanes
from recado_chassis.producing.records import ProducerFailed, Record, size_of
from recado_chassis.producing.relay_health import Halted, RelayHealth
from recado_chassis.producing.relay_log import RelayLog, relay_log
from recado_chassis.producing.telling import Row, Telling
from recado_chassis.producing.topic_ends import last_told
from recado_chassis.service import Service

PAGE = 2_000
_POLL = 1.0
_PROBE = 2.0
_DEADLINE = 5.0

InFlight = deque[tuple[asyncio.Future[None], int]]
"""Pages on their way, each with its last position."""


def _is_acknowledged(page: tuple[asyncio.Future[None], int]) -> bool:
    return page[0].done() and page[0].exception() is None


async def _acknowledgement(delivered: asyncio.Future[None], stored: RelayLog) -> None:
    """However long Kafka takes: the database, which would send a silent relay away, hears of us meanwhile. Raises what
    the delivery does. Cancelled, it leaves the delivery alone: those behind it would go without it."""
    while not (await asyncio.wait([delivered], timeout=_POLL))[0]:
        await _tell_lag(stored)
    delivered.result()


async def _tell_lag(stored: RelayLog) -> None:
    RELAY_LAG.set(await stored.end() - await stored.position())


class Relay:
    """Runs in every worker; the one that holds the database's lock publishes, the others stand by.

    Lock, news and position share one connection: when it breaks, the producer is closed and everything starts again.
    Whoever still publishes then can only cause duplicates, which consumers drop by position.
    """

    name = "relay"

    def __init__(
        self, service: Service, dsn: str, bootstrap: str, prefix: str = "", *, topic: Topic | None = None
    ) -> None:
        """`topic` is the service's own of the catalogue where none is given."""
        self._service = service.name
        self._dsn = dsn
        self._bootstrap = bootstrap
        self._prefix = prefix
        self._topic = topic or topic_of(service.name)
        self._telling = Telling(self._topic.name, service.streams.mapper, service.tells)
        self._health = RelayHealth()
        self.reason = self._health.reason
        """Why it is not ready, without anybody's data; None while it is."""

    def ready(self) -> bool:
        """False while it cannot publish; a relay that stands by is ready."""
        return self.reason() is None

    async def run(self) -> None:
        """Until cancelled; then it remembers what was acknowledged, so that its successor repeats nothing."""
        self._health.time = asyncio.get_running_loop().time
        while True:
            try:
                async with relay_log(self._dsn) as stored:
                    await self._await_turn(stored)
                    RELAY_LEADS.set(1)
                    try:
                        await self._lead(stored)
                    finally:
                        RELAY_LEADS.set(0)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is shown and tried again
                self._health.trouble(error)
                await asyncio.sleep(self._health.pause(error))

    async def _await_turn(self, stored: RelayLog) -> None:
        while not await stored.try_to_lead():
            RELAY_LAG.set(0)  # it is the leader's to tell
            self._health.well()
            await asyncio.sleep(_POLL)

    async def _lead(self, stored: RelayLog) -> None:
        await stored.listen()
        while True:
            try:
                await _tell_lag(stored)  # before Kafka is asked for anything: it may be why there is one
                log_id = await stored.id()
                await self._require_same_log(stored, source_of(self._service, log_id))
                await self._publish(stored, log_id)
            except Halted as error:
                self._health.trouble(error)
                await asyncio.sleep(_POLL)
                await stored.news(0)

    async def _require_same_log(self, stored: RelayLog, source: str) -> None:
        """What this log told last must stand in it. A restored database has forgotten it, and may by now hold something
        else at that position, which consumers would drop as a duplicate."""
        for told in await last_told(self._bootstrap, self._prefix + self._topic.name):
            if told.source == source and await stored.event_at(told.position) != told.event_id:
                raise Halted(
                    f"{self._topic.name} holds an event at position {told.position} that this log does not have there: "
                    "the database was restored. Run `recado log renew` for this service, then restart it"
                )

    async def _publish(self, stored: RelayLog, log_id: str) -> None:
        """From the remembered position on, until the log gets another id."""
        after = await stored.position()
        lanes = await Lanes.open(self._bootstrap, [self._topic], self._prefix, _DEADLINE)
        in_flight: InFlight = deque()
        try:
            await self._follow(stored, log_id, lanes, in_flight, after)
        finally:
            await lanes.close()
            if stored.usable:
                await self._remember(stored, in_flight)
            for delivered, _ in in_flight:
                delivered.exception()  # seen, else the loop complains that nobody looked

    async def _follow(self, stored: RelayLog, log_id: str, lanes: Lanes, in_flight: InFlight, after: int) -> None:
        """Page follows page before it is acknowledged: each partition keeps its order, and after a failure nothing
        more leaves."""
        while True:
            rows = await stored.page(after, PAGE)
            self._health.well()
            if rows:
                records = self._records(rows, source_of(self._service, log_id))
                in_flight.append((lanes.deliver(records, float("inf")), rows[-1].position))
                after = rows[-1].position
            more = len(rows) == PAGE
            while len(in_flight) > (1 if more else 0):
                await _acknowledgement(in_flight[0][0], stored)
                if await self._remember(stored, in_flight) != log_id:
                    return
            RELAY_LAG.set(await stored.end() - after if more else 0)
            if not more:
                await stored.news(_POLL)
            if not rows and not await lanes.reachable(_PROBE):
                raise ProducerFailed(f"Kafka does not answer within {_PROBE:.0f} s")

    async def _remember(self, stored: RelayLog, in_flight: InFlight) -> str | None:
        """Moves the position over the pages that are acknowledged; answers the log's id, None where nothing moved."""
        done = list(takewhile(_is_acknowledged, in_flight))
        if not done:
            return None
        crash("relay.after_publish")
        position = done[-1][1]
        RELAY_POSITION.set(position)
        crash("relay.before_position")
        log_id = await stored.move(position)
        for _ in done:
            in_flight.popleft()
        return log_id

    def _records(self, rows: Sequence[Row], source: str) -> list[Record]:
        records = self._telling.records(rows, source)
        limit = self._topic.max_message_bytes
        for record in records:
            if len(record.value) > limit // 2 and size_of(record) > limit:
                raise Halted(
                    f"an event of {len(record.value)} bytes is too large for {self._topic.name}: raise its "
                    "max_message_bytes in the catalogue and run `recado topics create`"
                )
        return records
