"""How a number becomes an organisation's channel, and how it ends: one decision a command."""

from __future__ import annotations

from typing import assert_never

from recado_events.event import Event
from recado_events.gateway import (
    ChannelAuthorisationLost,
    ChannelDisconnected,
    ChannelRenamed,
)

from gateway.commands import (
    ChannelCommand,
    CompleteStep,
    DisconnectChannel,
    FailStep,
    LoseAuthorisation,
    OnChannel,
    ReconnectChannel,
    RequestConnection,
    SaveDetails,
)
from gateway.domain.channel import Channel
from gateway.domain.connection import Connection
from gateway.domain.private import ChannelConnectionRequested, ChannelRequestWithdrawn
from gateway.domain.refusals import ChannelIsDisconnected, StepsPending, UnknownChannel
from gateway.domain.steps import complete, connected, fail


def decide(command: ChannelCommand, channel: Channel) -> list[Event]:
    match command:
        case RequestConnection():
            return _request(command, channel)
        case ReconnectChannel():
            return _reconnect(command, _mine(command, channel))
        case CompleteStep():
            return complete(command, channel, _mine(command, channel))
        case FailStep():
            return fail(command, _mine(command, channel))
        case SaveDetails():
            return _save_details(command, _mine(command, channel))
        case DisconnectChannel():
            return _disconnect(command, channel, _mine(command, channel))
        case LoseAuthorisation():
            return _lose_authorisation(command, channel)
    assert_never(command)


def _mine(command: OnChannel, channel: Channel) -> Connection:
    mine = channel.connections.get(command.organisation_id)
    if mine is None:
        raise UnknownChannel
    return mine


def _request(command: RequestConnection, channel: Channel) -> list[Event]:
    mine = channel.connections.get(command.organisation_id)
    if mine is not None and _is_asked_already(command, mine):
        return []
    return _requested(command)


def _requested(command: RequestConnection) -> list[Event]:
    return [
        ChannelConnectionRequested(
            organisation_id=command.organisation_id,
            phone_number_id=command.phone_number_id,
            waba_id=command.waba_id,
            country=command.country,
            time_zone=command.time_zone,
            name=command.name,
            requested_by=command.by,
            requested_at=command.now,
        )
    ]


def _is_asked_already(command: RequestConnection, mine: Connection) -> bool:
    if mine.status == "disconnected" or mine.waba_id != command.waba_id:
        return False
    if mine.status == "connected":
        return not mine.lost
    place = (command.country, command.time_zone) == (mine.country, mine.time_zone)
    return place and (mine.detailed or command.name == mine.name)


def _reconnect(command: ReconnectChannel, mine: Connection) -> list[Event]:
    if mine.status == "connecting":
        return []
    again = RequestConnection(
        organisation_id=command.organisation_id,
        phone_number_id=command.phone_number_id,
        waba_id=mine.waba_id,
        country=mine.country,
        time_zone=mine.time_zone,
        name=mine.name,
        by=command.by,
        now=command.now,
    )
    return _requested(again)


def _save_details(command: SaveDetails, mine: Connection) -> list[Event]:
    if mine.status == "disconnected":
        raise ChannelIsDisconnected
    if mine.status == "connecting":
        if mine.next_step is not None:
            raise StepsPending(step=mine.next_step)
        return [connected(command, mine, command.name, command.by, mine.display_phone_number)]
    if command.name == mine.name:
        return []
    return [
        ChannelRenamed(
            organisation_id=command.organisation_id,
            phone_number_id=command.phone_number_id,
            name=command.name,
            renamed_by=command.by,
            renamed_at=command.now,
        )
    ]


def _disconnect(command: DisconnectChannel, channel: Channel, mine: Connection) -> list[Event]:
    if mine.status == "disconnected":
        return []
    if channel.serving != command.organisation_id:
        return [
            ChannelRequestWithdrawn(
                organisation_id=command.organisation_id,
                phone_number_id=command.phone_number_id,
                withdrawn_by=command.by,
                withdrawn_at=command.now,
            )
        ]
    return [
        ChannelDisconnected(
            organisation_id=command.organisation_id,
            phone_number_id=command.phone_number_id,
            reason=command.reason,
            disconnected_by=command.by,
            disconnected_at=command.now,
        )
    ]


def _lose_authorisation(command: LoseAuthorisation, channel: Channel) -> list[Event]:
    mine = channel.connections.get(command.organisation_id)
    if mine is None or not mine.sends or mine.lost or command.authorisation < mine.checked:
        return []
    return [
        ChannelAuthorisationLost(
            organisation_id=command.organisation_id,
            phone_number_id=command.phone_number_id,
            meta_code=command.meta_code,
            lost_at=command.now,
        )
    ]
