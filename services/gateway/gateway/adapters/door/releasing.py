"""What waits in quarantine goes in again once its number is served: published once more, then marked as passed on.

A crash between the two publishes it twice, with the same id and the same text: its consumers take it once.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Mapping
from queue import Empty, SimpleQueue
from typing import Any

from recado_chassis.crash import crash
from recado_chassis.producing.records import NotAcknowledged, Record
from recado_chassis.store import Conflict, Unavailable
from recado_chassis.threads import in_thread
from recado_chassis.toolbox import Publisher
from recado_events.ids import OrganisationId
from structlog import get_logger

from gateway.adapters.door.metrics import RELEASED
from gateway.adapters.door.ownership import Owner, Place
from gateway.adapters.door.raw_records import RawRecords
from gateway.adapters.door.registry import Registry, Unsure
from gateway.adapters.door.routing import route
from gateway.application.archive import Kept, Quarantine, RecordId, Standing, Wanted
from gateway.domain.tags import Tags

AT_ONCE = 16
"""The largest ones together still fit into what may wait for Kafka."""
PAUSE = 1.0
PAUSE_AFTER_OUTAGE = 5.0
_MOST_PLACES = 1000

Decisions = dict[RecordId, tuple[Standing, OrganisationId | None]]

_log = get_logger()


class Releasing:
    """A background of the workers; several may run. It alone decides what becomes of a quarantined update."""

    name = "releasing"

    def __init__(
        self, registry: Registry, quarantine: Quarantine, tags: Tags, records: RawRecords, publisher: Publisher
    ) -> None:
        self._registry = registry
        self._quarantine = quarantine
        self._tags = tags
        self._records = records
        self._publisher = publisher
        self._started: SimpleQueue[Place] = SimpleQueue()
        registry.tell_of_starts(self._started.put)

    def ready(self) -> bool:
        """Always: nobody waits for it, and what it needs says so itself."""
        return True

    async def run(self) -> None:
        while True:
            try:
                pause = 0.0 if await self.step() else PAUSE
            except (Conflict, Unavailable, Unsure, NotAcknowledged) as error:
                _log.warning("quarantine_waits", error=type(error).__name__)
                pause = PAUSE_AFTER_OUTAGE
            except Exception as error:  # noqa: BLE001 - one failure must not end the worker
                _log.error("quarantine_failed", exc_info=error)
                pause = PAUSE_AFTER_OUTAGE
            await asyncio.sleep(pause)

    async def step(self) -> bool:
        """Whether there was something to do. Where it raises, it is done later."""
        if not self._registry.ready():
            return False
        await self._look_again()
        taken = await in_thread(self._quarantine.take, AT_ONCE)
        if taken:
            await self._decide(taken)
        return bool(taken)

    async def _look_again(self) -> None:
        """What is held of numbers that were started meanwhile is looked at again."""
        places = self._drain()
        served = self._registry.served() if places else {}
        wanted = {
            at: Wanted(at.waba_id, at.phone_number_id or "", owner.since)
            for place in places
            if (owner := served.get(place)) is not None
            for at in (place, Place(place.waba_id))
        }
        if not wanted:
            return
        try:
            await in_thread(self._quarantine.look_again, list(wanted.values()))
        except Exception:
            for place in places:
                self._started.put(place)
            raise

    def _drain(self) -> set[Place]:
        places: set[Place] = set()
        try:
            while len(places) < _MOST_PLACES:
                places.add(self._started.get_nowait())
        except Empty:
            pass
        return places

    async def _decide(self, taken: list[Kept]) -> None:
        places = {kept.id: Place(kept.waba_id, kept.phone_number_id or None) for kept in taken}
        owners = await self._registry.find(set(places.values()))
        decided: Decisions = {}
        records: list[Record] = []
        for kept in taken:
            place = places[kept.id]
            decided[kept.id], record = self._decision(kept, place, owners[place])
            records += [record] if record else []
        crash("quarantine.before_publish")
        await self._publisher.send_all(records)
        crash("quarantine.after_publish")
        await in_thread(self._quarantine.settle, decided)
        _account(decided)

    def _decision(
        self, kept: Kept, place: Place, owner: Owner | None
    ) -> tuple[tuple[Standing, OrganisationId | None], Record | None]:
        if owner is None or (owner.since is not None and kept.received_at < owner.since):
            return ("held", None), None
        told = _told(kept)
        if route(self._tags, kept.type, place, owner, told).way == "forged":
            return ("forged", None), None
        try:
            record = self._records.released(kept, told, owner.organisation_id)
        except ValueError as error:
            _log.error("quarantined_update_cannot_be_released", reason=str(error), record=kept.id.id)
            return ("held", None), None
        return ("released", owner.organisation_id), record


def _told(kept: Kept) -> Any:
    try:
        value = json.loads(kept.value or b"")
    except (ValueError, RecursionError):
        return None
    return value.get("update") if isinstance(value, dict) else None


def _account(decided: Mapping[RecordId, tuple[Standing, OrganisationId | None]]) -> None:
    for standing, count in Counter(standing for standing, _ in decided.values()).items():
        RELEASED.labels(standing).inc(count)
        _log.info("quarantine_decided", standing=standing, count=count)
