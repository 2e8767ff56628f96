"""A business number: one stream, whoever it serves, so that at most one organisation has it at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Literal

from recado_events.event import Event
from recado_events.gateway import (
    ChannelAuthorisationLost,
    ChannelConnected,
    ChannelConnectionStarted,
    ChannelDisconnected,
    ChannelRenamed,
    ChannelStepCompleted,
    ChannelStepFailed,
)
from recado_events.ids import OrganisationId, PhoneNumberId

from gateway.domain.connection import CODE_EXCHANGE, TOKEN_CHECK, TOKEN_INVALID, Connection, Failure
from gateway.domain.private import ChannelConnectionRequested, ChannelRequestWithdrawn

Passage = Literal["open", "wait", "shut", "frozen"]
"""`frozen`: the organisation's edition has no WhatsApp."""


def channel_stream(phone_number_id: PhoneNumberId) -> str:
    return f"channel-{phone_number_id}"


@dataclass(frozen=True, slots=True)
class Channel:
    """`serving`: whose updates this number's are, from proof of ownership until it is disconnected."""

    serving: OrganisationId | None = None
    freed_by: OrganisationId | None = None
    freed_at: datetime | None = None
    connections: Mapping[OrganisationId, Connection] = field(default_factory=lambda: MappingProxyType({}))

    def passage(self, organisation_id: OrganisationId) -> Passage:
        """Whether messages may leave: never again, not now, or now."""
        mine = self.connections.get(organisation_id)
        if mine is None or self.serving != organisation_id:
            return "shut"
        return "open" if mine.sends and not mine.lost else "wait"

    def passes_to(self, organisation_id: OrganisationId, now: datetime, quarantine: timedelta) -> bool:
        """Whether this organisation may have the number now; late updates of the last one must have run dry."""
        if self.serving is not None:
            return self.serving == organisation_id
        if self.freed_at is None or self.freed_by == organisation_id:
            return True
        return now >= self.freed_at + quarantine


def evolve(channel: Channel, event: Event) -> Channel:
    match event:
        case ChannelConnectionRequested():
            return _requested(channel, event)
        case ChannelRequestWithdrawn():
            return _withdrawn(channel, event.organisation_id)
        case ChannelConnectionStarted():
            return replace(_started(channel, event), serving=event.organisation_id)
        case ChannelStepCompleted():
            return _completed(channel, event)
        case ChannelStepFailed():
            return _failed(channel, event)
        case ChannelConnected():
            return _connected(channel, event)
        case ChannelRenamed():
            return _changed(channel, event.organisation_id, name=event.name)
        case ChannelAuthorisationLost():
            return _changed(channel, event.organisation_id, lost=True)
        case ChannelDisconnected():
            return _disconnected(channel, event)
    return channel


def _requested(channel: Channel, event: ChannelConnectionRequested) -> Channel:
    before = channel.connections.get(event.organisation_id)
    wanted = Connection(
        waba_id=event.waba_id,
        country=event.country,
        time_zone=event.time_zone,
        requested_by=event.requested_by,
        name=event.name,
    )
    if before is not None:
        wanted = replace(
            wanted,
            name=before.name if before.detailed else event.name,
            detailed=before.detailed,
            display_phone_number=before.display_phone_number,
            authorisation=before.authorisation,
            checked=before.checked,
            lost=before.lost and before.status != "disconnected",
            renewing=before.renewing or before.status == "connected",
        )
    return _with(channel, event.organisation_id, wanted)


def _started(channel: Channel, event: ChannelConnectionStarted) -> Channel:
    if event.organisation_id in channel.connections:
        return channel
    connection = Connection(event.waba_id, event.country, event.time_zone, event.started_by)
    return _with(channel, event.organisation_id, connection)


def _completed(channel: Channel, event: ChannelStepCompleted) -> Channel:
    """A new token makes undone whatever was done with the one before; sends go on with that until it is checked."""
    mine = channel.connections.get(event.organisation_id)
    if mine is None:
        return channel
    is_new = event.step == CODE_EXCHANGE
    done = (event.step,) if is_new else tuple(dict.fromkeys((*mine.done, event.step)))
    return _changed(
        channel,
        event.organisation_id,
        done=done,
        failure=None,
        display_phone_number=event.display_phone_number or mine.display_phone_number,
        authorisation=mine.authorisation + is_new,
        checked=mine.authorisation if event.step == TOKEN_CHECK else mine.checked,
    )


def _failed(channel: Channel, event: ChannelStepFailed) -> Channel:
    """A dead token, or the lack of one, takes all that was done with it along: the next step is a new code."""
    mine = channel.connections.get(event.organisation_id)
    if mine is None:
        return channel
    failure = Failure(event.step, event.reason, event.meta_code)
    is_dead = event.reason == TOKEN_INVALID
    return _changed(
        channel,
        event.organisation_id,
        failure=failure,
        done=() if is_dead or event.step == CODE_EXCHANGE else mine.done,
        renewing=mine.renewing and not (is_dead and mine.checked == mine.authorisation),
    )


def _connected(channel: Channel, event: ChannelConnected) -> Channel:
    settled = {"status": "connected", "detailed": True, "lost": False, "renewing": False}
    return _changed(channel, event.organisation_id, name=event.name, **settled)


def _disconnected(channel: Channel, event: ChannelDisconnected) -> Channel:
    after = _changed(channel, event.organisation_id, status="disconnected", failure=None, renewing=False)
    if channel.serving != event.organisation_id:
        return after
    return replace(after, serving=None, freed_by=event.organisation_id, freed_at=event.disconnected_at)


def _withdrawn(channel: Channel, organisation_id: OrganisationId) -> Channel:
    mine = channel.connections.get(organisation_id)
    if mine is None or not mine.detailed:
        return _with(channel, organisation_id, None)
    return _changed(channel, organisation_id, status="disconnected", failure=None)


def _changed(channel: Channel, organisation_id: OrganisationId, **changes: Any) -> Channel:
    mine = channel.connections.get(organisation_id)
    return channel if mine is None else _with(channel, organisation_id, replace(mine, **changes))


def _with(channel: Channel, organisation_id: OrganisationId, connection: Connection | None) -> Channel:
    others = {key: value for key, value in channel.connections.items() if key != organisation_id}
    kept = others if connection is None else {**others, organisation_id: connection}
    return replace(channel, connections=MappingProxyType(kept))
