"""The channels of an organisation as the screen shows them: the rules' own fold, one row a number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from recado_events.gateway import OfChannel
from recado_events.ids import OrganisationId, PhoneNumberId

from gateway.domain.channel import Channel, evolve
from gateway.domain.connection import STEPS, Connection


@dataclass(frozen=True, slots=True)
class ChannelRow:
    organisation_id: OrganisationId
    phone_number_id: PhoneNumberId
    connection: Connection


def fold(row: ChannelRow | None, event: OfChannel) -> ChannelRow | None:
    """The row after an event about its organisation and number; None where there is nothing to show (any more)."""
    before = Channel() if row is None else Channel(connections={row.organisation_id: row.connection})
    after = evolve(before, event).connections.get(event.organisation_id)
    return None if after is None else ChannelRow(event.organisation_id, event.phone_number_id, after)


def shown(row: ChannelRow) -> dict[str, Any]:
    """A channel as the API answers it."""
    mine = row.connection
    return {
        "phone_number_id": row.phone_number_id,
        "waba_id": mine.waba_id,
        "name": mine.name,
        "display_phone_number": mine.display_phone_number,
        "country": mine.country,
        "time_zone": mine.time_zone,
        "status": mine.status,
        "authorisation": "lost" if mine.lost else "held",
        "steps": [_step(mine, step) for step in STEPS],
    }


def _step(mine: Connection, step: str) -> dict[str, Any]:
    if step in mine.done:
        return {"name": step, "state": "done"}
    failure = mine.failure
    if failure is None or failure.step != step:
        return {"name": step, "state": "pending"}
    told = {"meta_code": failure.meta_code} if failure.meta_code is not None else {}
    return {"name": step, "state": "failed", "reason": failure.reason, **told}


class Questions(Protocol):
    """What screens ask; the PostgreSQL adapter answers."""

    def channel(self, organisation_id: OrganisationId, phone_number_id: PhoneNumberId) -> ChannelRow | None: ...

    def health_of(self, row: ChannelRow) -> dict[str, Any]:
        """What Meta told of the number and of its account."""
        ...

    def channels_of(self, organisation_id: OrganisationId, after: str, limit: int) -> list[ChannelRow]:
        """By number; those above `after`."""
        ...
