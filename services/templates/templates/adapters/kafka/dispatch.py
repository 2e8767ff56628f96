"""The dispatch tables: all that templates hears, and what it does then."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar, cast

from recado_chassis.service import Heard, Hears, Reaction
from recado_chassis.store import UniqueKey
from recado_chassis.work import Fold, Work
from recado_events import catalogue
from recado_events import conversations as team
from recado_events import gateway as gate
from recado_events.envelope import Cause
from recado_events.event import Event
from recado_events.inbound import InboundType, InboundUpdate
from recado_events.meta_templates import (
    MetaTemplateGone,
    MetaTemplateSeen,
    OfTemplateRequest,
    TemplateRequestRefused,
    TemplateRequestTaken,
)

from templates.adapters.kafka import hearing
from templates.adapters.kafka.meta import words_of
from templates.application import Listening
from templates.application.shelf import FOLDS, keys_of
from templates.commands import HearWords
from templates.domain.template import template_stream

E = TypeVar("E", bound=Event)
C = TypeVar("C")


def hears(listening: Listening) -> list[Hears]:
    from_gateway = [
        when(gate.ChannelConnectionStarted, hearing.channel, listening.note_channel),
        when(gate.ChannelConnected, hearing.channel, listening.note_channel),
        when(gate.ChannelDisconnected, hearing.disconnected, listening.note_channel),
        when(TemplateRequestTaken, hearing.taken, listening.take_request),
        when(TemplateRequestRefused, hearing.refused, listening.refuse_request),
        when(MetaTemplateSeen, hearing.seen, listening.hear_words),
        when(MetaTemplateGone, hearing.gone, listening.hear_gone),
    ]
    from_conversations = [
        when(team.UserRegistered, hearing.registered, listening.note_user),
        when(team.UserRoleAssigned, hearing.role_assigned, listening.note_user),
        when(team.UserActivated, hearing.active, listening.note_user),
        when(team.UserDeactivated, hearing.inactive, listening.note_user),
        when(team.ProfileGranted, hearing.granted, listening.note_grant),
        when(team.ProfileGrantWithdrawn, hearing.withdrawn, listening.note_grant),
    ]
    return [
        Hears(catalogue.GATEWAY, dict(from_gateway)),
        Hears(catalogue.CONVERSATIONS, dict(from_conversations)),
        Hears(catalogue.INBOUND, {InboundType.FIELD: when_meta_said(listening)}),
    ]


def when(
    kind: type[E], command_of: Callable[[E], C], use_case: Callable[[Work, C, Cause], None]
) -> tuple[str, Reaction]:
    """An event becomes a command, the command goes to its use case."""

    def handle(work: Work, heard: Heard) -> None:
        use_case(work, command_of(cast(E, heard.body)), heard.cause)

    return kind.TYPE, Reaction(handle=handle, streams=_streams)


def _streams(heard: Heard, _: Work) -> Mapping[str, Fold[Any]]:
    event = heard.body
    if isinstance(event, OfTemplateRequest):
        return {template_stream(event.template_id): FOLDS["template"]}
    return {f"staff-{event.organisation_id}": FOLDS["staff"]} if isinstance(event, team.OfUser) else {}


def when_meta_said(listening: Listening) -> Reaction:
    def handle(work: Work, heard: Heard) -> None:
        command = _words(heard)
        if command is not None:
            listening.hear_words(work, command, heard.cause)

    def keys(heard: Heard) -> Iterable[UniqueKey]:
        command = _words(heard)
        return () if command is None else keys_of(command)

    return Reaction(handle=handle, keys=keys)


def _words(heard: Heard) -> HearWords | None:
    return words_of(cast(InboundUpdate, heard.body))
