"""The steps of connecting: each done once and in order, and named when it fails."""

from __future__ import annotations

from datetime import timedelta

from recado_events.event import Event
from recado_events.gateway import (
    ChannelConnected,
    ChannelConnectionStarted,
    ChannelStepCompleted,
    ChannelStepFailed,
)
from recado_events.ids import UserId

from gateway.commands import CompleteStep, FailStep, OnChannel
from gateway.domain.channel import Channel
from gateway.domain.connection import STEPS, TOKEN_CHECK, Connection, Failure
from gateway.domain.refusals import NumberTaken

QUARANTINE = timedelta(minutes=5)
"""How long a number that one organisation freed is kept from all others."""


def complete(command: CompleteStep, channel: Channel, mine: Connection) -> list[Event]:
    if not _is_up_to_date(command, mine):
        return []
    facts: list[Event] = [
        ChannelStepCompleted(
            organisation_id=command.organisation_id,
            phone_number_id=command.phone_number_id,
            step=command.step,
            display_phone_number=command.display_phone_number,
            completed_at=command.now,
        )
    ]
    if command.step == TOKEN_CHECK:
        if not channel.passes_to(command.organisation_id, command.now, QUARANTINE):
            raise NumberTaken
        facts.append(_started(command, mine))
    if command.step == STEPS[-1] and mine.detailed and mine.name is not None:
        shown = command.display_phone_number or mine.display_phone_number
        facts.append(connected(command, mine, mine.name, mine.requested_by, shown))
    return facts


def _is_up_to_date(command: CompleteStep | FailStep, mine: Connection) -> bool:
    """Whether it is about what is asked for now: what another token or account proved says nothing of these."""
    is_same = (command.waba_id, command.authorisation) == (mine.waba_id, mine.authorisation)
    return is_same and mine.status == "connecting" and mine.takes(command.step)


def _started(command: CompleteStep, mine: Connection) -> Event:
    return ChannelConnectionStarted(
        organisation_id=command.organisation_id,
        phone_number_id=command.phone_number_id,
        waba_id=mine.waba_id,
        country=mine.country,
        time_zone=mine.time_zone,
        started_by=mine.requested_by,
        started_at=command.now,
    )


def connected(command: OnChannel, mine: Connection, name: str, by: UserId, shown: str | None) -> Event:
    return ChannelConnected(
        organisation_id=command.organisation_id,
        phone_number_id=command.phone_number_id,
        waba_id=mine.waba_id,
        name=name,
        display_phone_number=shown,
        connected_by=by,
        connected_at=command.now,
    )


def fail(command: FailStep, mine: Connection) -> list[Event]:
    failure = Failure(command.step, command.reason, command.meta_code)
    if not _is_up_to_date(command, mine) or mine.failure == failure:
        return []
    return [
        ChannelStepFailed(
            organisation_id=command.organisation_id,
            phone_number_id=command.phone_number_id,
            step=command.step,
            reason=command.reason,
            meta_code=command.meta_code,
            failed_at=command.now,
        )
    ]
