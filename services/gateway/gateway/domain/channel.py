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
from recado_events.ids import OrganisationId, PhoneNumberId, UserId, WabaId

from gateway.domain.private import ChannelConnectionRequested, ChannelRequestWithdrawn

CODE_EXCHANGE = "code_exchange"
TOKEN_CHECK = "token_check"  # noqa: S105 - the name of a step
WEBHOOK_SUBSCRIPTION = "webhook_subscription"
NUMBER_REGISTRATION = "number_registration"
STEPS = (CODE_EXCHANGE, TOKEN_CHECK, WEBHOOK_SUBSCRIPTION, NUMBER_REGISTRATION)

TOKEN_INVALID = "token_invalid"  # noqa: S105 - the name of a reason

Passage = Literal["open", "wait", "shut"]


def channel_stream(phone_number_id: PhoneNumberId) -> str:
    return f"channel-{phone_number_id}"


@dataclass(frozen=True, slots=True)
class Failure:
    step: str
    reason: str
    meta_code: int | None = None


@dataclass(frozen=True, slots=True)
class Connection:
    """What one organisation has, had or wants with this number."""

    waba_id: WabaId
    country: str
    time_zone: str
    requested_by: UserId
    name: str | None = None
    detailed: bool = False
    """Its details were saved, now or in an earlier life."""
    status: Literal["connecting", "connected", "disconnected"] = "connecting"
    done: tuple[str, ...] = ()
    failure: Failure | None = None
    display_phone_number: str | None = None
    authorisation: int = 0
    """How many tokens it has had; `lost`: Meta takes the last one no more."""
    lost: bool = False
    renewing: bool = False
    """It was connected when it was asked for anew, and its token still is the one it had then."""

    @property
    def next_step(self) -> str | None:
        return next((step for step in STEPS if step not in self.done), None)


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
        return "open" if (mine.status == "connected" or mine.renewing) and not mine.lost else "wait"

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
            return _changed(
                channel, event.organisation_id, status="connected", name=event.name, detailed=True, lost=False
            )
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
    mine = channel.connections.get(event.organisation_id)
    if mine is None or event.step in mine.done:
        return channel
    return _changed(
        channel,
        event.organisation_id,
        done=(*mine.done, event.step),
        failure=None,
        display_phone_number=event.display_phone_number or mine.display_phone_number,
        authorisation=mine.authorisation + (event.step == CODE_EXCHANGE),
        renewing=False,
    )


def _failed(channel: Channel, event: ChannelStepFailed) -> Channel:
    """A dead token takes all that was done with it along: the next step is a new code."""
    failure = Failure(event.step, event.reason, event.meta_code)
    undone = {"done": ()} if event.reason == TOKEN_INVALID else {}
    return _changed(channel, event.organisation_id, failure=failure, **undone)


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
