"""From a webhook's body to acknowledged records: split, find out whose they are, publish all or say that it failed."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from uuid import UUID

from recado_chassis.http.direct import Asked
from recado_chassis.http.problems import Problem
from recado_chassis.http.stories import telling
from recado_chassis.ports import Clock, Ids
from recado_chassis.producing.records import NotAcknowledged, Record, TooLarge, UnknownTopic
from recado_chassis.toolbox import Publisher
from recado_chassis.turns import Gathering
from recado_events.envelope import Cause
from structlog import get_logger

from gateway.adapters.door.metrics import UPDATES
from gateway.adapters.door.ownership import Owner, Place
from gateway.adapters.door.raw_records import Arrival, RawRecords
from gateway.adapters.door.registry import Registry, Unsure
from gateway.adapters.door.routing import Route, route
from gateway.adapters.door.scanning import Malformed
from gateway.adapters.door.splitting import MOST_UPDATES, TooManyUpdates, Update, updates_of
from gateway.domain.tags import Tags

SECONDS = 4.5
"""From the whole body to the answer, so that it is there within 5."""

Ended = Callable[[Asked, Problem | None], None]

_log = get_logger()


class Desk:
    def __init__(
        self, registry: Registry, tags: Tags, records: RawRecords, publisher: Publisher, clock: Clock, ids: Ids
    ) -> None:
        self._registry = registry
        self._tags = tags
        self._records = records
        self._publisher = publisher
        self._clock = clock
        self._ids = ids
        self._acknowledged: Gathering[_Parcel] = Gathering(_count_all)

    async def take(self, body: bytes, cause: Cause) -> None:
        """Returns once Kafka has acknowledged every update. Raises Problem; some may be stored all the same."""
        updates = _split(body)
        arrival = Arrival(self._clock.now(), cause)
        places = _places(updates)
        try:
            async with asyncio.timeout(SECONDS):
                found = await self._registry.find(set(places))
                routes = self._routes(updates, places, [found[place] for place in places])
                await self._publisher.send_all(self._made(updates, routes, self._ids.new(), arrival))
        except Unsure as error:
            raise _unavailable("registry_unavailable", str(error)) from error
        except (NotAcknowledged, TooLarge, UnknownTopic, TimeoutError) as error:
            raise _not_acknowledged(error, updates) from error
        _count(updates, routes)

    def take_at_once(self, asked: Sequence[Asked], ended: Ended) -> None:
        """As `take`, for many and without waiting: `ended` is told once how it ended for each that is taken. What would
        have to wait for anything but Kafka, or be refused, is left: nothing has been done then."""
        after = self._acknowledged
        read = [_Parcel(each, updates, ended, after) for each in asked if (updates := _split_or_none(each.body))]
        known = [parcel for parcel in read if self._is_routed(parcel)]
        now = self._clock.now()
        for parcel in known:
            arrival = Arrival(now, parcel.asked.cause)
            parcel.records = self._made(parcel.updates, parcel.routes, parcel.asked.id, arrival)
        for parcel in known:
            if self._publisher.give(parcel.records, parcel.end, SECONDS):
                parcel.asked.take()

    def _is_routed(self, parcel: _Parcel) -> bool:
        places = _places(parcel.updates)
        owners = self._registry.known(places)
        if owners is not None:
            parcel.routes = self._routes(parcel.updates, places, owners)
        return owners is not None

    def _routes(
        self, updates: Sequence[Update], places: Sequence[Place], owners: Sequence[Owner | None]
    ) -> list[Route]:
        return [
            route(self._tags, update.kind, place, owner, update.told)
            for update, place, owner in zip(updates, places, owners, strict=True)
        ]

    def _made(self, updates: Sequence[Update], routes: Sequence[Route], first: UUID, arrival: Arrival) -> list[Record]:
        if "" in [update.waba_id for update in updates]:
            _log.warning("webhook_of_no_account", correlation_id=arrival.cause.correlation_id)
        record = self._records.record
        return [
            record(self._ids.new() if update.ordinal else first, update, way, arrival)
            for update, way in zip(updates, routes, strict=True)
        ]


class _Parcel:
    """What becomes of one webhook without anybody waiting for it."""

    __slots__ = ("_acknowledged", "_ended", "asked", "records", "routes", "updates")

    def __init__(self, asked: Asked, updates: Sequence[Update], ended: Ended, acknowledged: Gathering[_Parcel]) -> None:
        self.asked = asked
        self.updates = updates
        self.routes: Sequence[Route] = ()
        self.records: Sequence[Record] = ()
        self._ended = ended
        self._acknowledged = acknowledged

    def end(self, error: NotAcknowledged | None) -> None:
        if error is None:
            self._ended(self.asked, None)
            self._acknowledged.add(self)
        else:
            with telling(self.asked.cause):
                self._ended(self.asked, _not_acknowledged(error, self.updates))


def _places(updates: Sequence[Update]) -> list[Place]:
    return [Place(update.waba_id, update.phone_number_id) for update in updates]


def _split(body: bytes) -> list[Update]:
    try:
        return updates_of(body)
    except Malformed as error:
        raise Problem(400, "malformed_webhook", str(error)) from None
    except TooManyUpdates:
        raise Problem(413, "too_many_updates", f"A webhook has at most {MOST_UPDATES} updates.") from None


def _not_acknowledged(error: Exception, updates: Sequence[Update]) -> Problem:
    _log.warning("webhook_not_published", error=type(error).__name__, updates=len(updates))
    return _unavailable("not_acknowledged", "Kafka did not acknowledge every update in time.")


def _split_or_none(body: bytes) -> list[Update] | None:
    try:
        return updates_of(body)
    except (Malformed, TooManyUpdates):
        return None


def _unavailable(rule: str, detail: str) -> Problem:
    return Problem(503, rule, detail, headers={"Retry-After": "1"})


def _count(updates: Sequence[Update], routes: Sequence[Route]) -> None:
    for (way, kind), count in Counter((r.way, u.kind) for u, r in zip(updates, routes, strict=True)).items():
        UPDATES.labels(way, kind).inc(count)


def _count_all(parcels: Sequence[_Parcel]) -> None:
    _count([u for parcel in parcels for u in parcel.updates], [r for parcel in parcels for r in parcel.routes])
