"""Events of the gateway and of conversations as commands of templates."""

from __future__ import annotations

from typing import Any

from recado_events import conversations as team
from recado_events import gateway
from recado_events.ids import WabaId
from recado_events.meta_templates import (
    MetaTemplateGone,
    MetaTemplateSeen,
    TemplateRequestRefused,
    TemplateRequestTaken,
)

from templates.commands import HearGone, HearWords, NoteChannel, NoteGrant, NoteUser, RefuseRequest, TakeRequest


def taken(event: TemplateRequestTaken) -> TakeRequest:
    return TakeRequest(
        **_of_request(event),
        now=event.taken_at,
        meta_template_id=event.meta_template_id,
        status=event.status,
        category=event.category,
        evidence=event.evidence,
        asked_at=event.asked_at,
    )


def refused(event: TemplateRequestRefused) -> RefuseRequest:
    return RefuseRequest(
        **_of_request(event),
        now=event.refused_at,
        reason=event.reason,
        meta_code=event.meta_code,
        meta_subcode=event.meta_subcode,
    )


def seen(event: MetaTemplateSeen) -> HearWords:
    return HearWords(
        **_of_meta(event),
        at=event.seen_at.replace(microsecond=0),
        evidence="list",
        status=event.status,
        reason=event.rejected_reason,
        category=event.category,
        quality=event.quality,
        content=event.texts,
        is_whole=True,
    )


def gone(event: MetaTemplateGone) -> HearGone:
    return HearGone(**_of_meta(event), at=event.gone_at)


def channel(event: gateway.ChannelConnectionStarted | gateway.ChannelConnected) -> NoteChannel:
    return NoteChannel(**_of_channel(event), waba_id=event.waba_id, is_connected=True)


def disconnected(event: gateway.ChannelDisconnected) -> NoteChannel:
    """Without an account: the one that the number was known in."""
    return NoteChannel(**_of_channel(event), waba_id=WabaId(""), is_connected=False)


def registered(event: team.UserRegistered) -> NoteUser:
    return NoteUser(**_of_user(event), active=True, role=event.role, profile_id=event.profile_id)


def role_assigned(event: team.UserRoleAssigned) -> NoteUser:
    return NoteUser(**_of_user(event), role=event.role, profile_id=event.profile_id)


def active(event: team.UserActivated) -> NoteUser:
    return NoteUser(**_of_user(event), active=True)


def inactive(event: team.UserDeactivated) -> NoteUser:
    return NoteUser(**_of_user(event), active=False)


def granted(event: team.ProfileGranted) -> NoteGrant:
    return NoteGrant(
        organisation_id=event.organisation_id,
        profile_id=event.profile_id,
        level=event.level,
        scope=event.scope,
        now=event.happened_at,
    )


def withdrawn(event: team.ProfileGrantWithdrawn) -> NoteGrant:
    return NoteGrant(organisation_id=event.organisation_id, profile_id=event.profile_id, now=event.happened_at)


def _of_request(event: TemplateRequestTaken | TemplateRequestRefused) -> dict[str, Any]:
    names = ("organisation_id", "waba_id", "template_id", "request_id")
    return {name: getattr(event, name) for name in names}


def _of_meta(event: MetaTemplateSeen | MetaTemplateGone) -> dict[str, Any]:
    names = ("organisation_id", "waba_id", "meta_template_id", "name", "language")
    return {name: getattr(event, name) for name in names}


def _of_channel(event: gateway.OfChannel) -> dict[str, Any]:
    at = {"organisation_id": event.organisation_id, "phone_number_id": event.phone_number_id}
    return {**at, "now": event.happened_at}


def _of_user(event: team.OfUser) -> dict[str, Any]:
    return {"organisation_id": event.organisation_id, "user_id": event.user_id, "now": event.happened_at}
