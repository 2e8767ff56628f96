"""The door: what Meta sends, from the raw request to records that Kafka has acknowledged, and what waits outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Protocol, cast

from recado_chassis.service import Background, Hears, Reaction
from recado_chassis.toolbox import Toolbox
from recado_events.catalogue import INBOUND, QUARANTINE
from recado_events.inbound import InboundType

from gateway.adapters.door import notices, upkeep
from gateway.adapters.door.archiving import Shelf
from gateway.adapters.door.desk import Desk
from gateway.adapters.door.raw_records import RawRecords
from gateway.adapters.door.registry import Log, Registry
from gateway.adapters.door.releasing import Releasing
from gateway.adapters.door.signature import Signatures
from gateway.adapters.door.webhook import PATH, Webhook
from gateway.application.archive import Archive, Quarantine
from gateway.domain.tags import Tags
from gateway.settings import Settings

__all__ = ["Door"]


class Rows(Archive, Quarantine, Protocol):
    """Both are one table."""


class Door:
    """All that has to do with webhooks, in the parts that a service is made of."""

    def __init__(self, settings: Settings, tools: Toolbox, tags: Tags, rows: Rows) -> None:
        registry = Registry(cast(Log, tools.store))
        records = RawRecords(settings.fingerprints())
        publisher = tools.publisher((INBOUND, QUARANTINE))
        desk = Desk(registry, tags, records, publisher, tools.clock, tools.ids)
        signatures = Signatures(secret.get_secret_value() for secret in settings.app_secrets)
        self._rows = rows
        self._clock = tools.clock
        self.always: Sequence[Background] = (registry,)
        self.also: Sequence[Background] = (
            Releasing(registry, rows, tags, records, publisher),
            upkeep.purging(rows, tools.clock, timedelta(days=settings.archive_days)),
            upkeep.counting(rows),
        )
        self.routes: Mapping[str, Any] = {PATH: Webhook(signatures, settings.verify_token.get_secret_value(), desk)}

    @property
    def around(self) -> dict[str, Any]:
        """What stands around the API of a `Service`."""
        return {"always": self.always, "raw_routes": self.routes}

    def hears(self, heard: Sequence[Hears]) -> list[Hears]:
        """What others do with what they hear, and beside it the archive of updates and what Meta tells of numbers."""
        kept = Shelf(self._rows, self._clock, INBOUND.name)
        waiting = Shelf(self._rows, self._clock, QUARANTINE.name, "waiting")
        noticing: dict[str, Reaction] = {InboundType.FIELD: notices.reaction()}
        archived = [
            replace(each, keeps=kept.keep, reactions={**each.reactions, **noticing}) if each.topic is INBOUND else each
            for each in heard
        ]
        return [*archived, Hears(QUARANTINE, {}, keeps=waiting.keep)]
