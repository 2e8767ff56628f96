"""One outgoing message on its way to Meta: at most one call an attempt, and every ambiguity recorded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from recado_events.content import OutgoingMedia, ReadReceipt
from recado_events.conversations import Released
from recado_events.event import Event
from recado_events.gateway import (
    DuplicateSendDetected,
    MessageAccepted,
    MessageDispatchStarted,
    MessageNotSent,
    MessageOutcomeUnknown,
    MessageQueued,
    MessageRejected,
)
from recado_events.ids import CustomerId, MessageId, OrganisationId, PhoneNumberId

from gateway.domain.private import MessageTaken
from gateway.domain.private_media import MessageMediaReady

THROTTLED = "throttled"
KINDS = frozenset({"text", "reaction", "read_receipt", "blocking", "template"})
"""Kinds of messages, besides files, that can be sent."""


def dispatch_stream(message_id: MessageId) -> str:
    return f"dispatch-{message_id}"


@dataclass(frozen=True, slots=True)
class About:
    """Whose message it is."""

    organisation_id: OrganisationId
    phone_number_id: PhoneNumberId
    customer_id: CustomerId
    message_id: MessageId


@dataclass(frozen=True, slots=True)
class Dispatch:
    phase: Literal["absent", "queued", "started", "accepted", "rejected", "unknown"] = "absent"
    about: About | None = None
    released: Released | None = None
    """Forgotten once the message is on its way for good."""
    media_id: str | None = None
    """Meta's id of its file, once Meta has it."""
    send_by: datetime | None = None
    attempt: int = 0
    throttles: int = 0
    retry_not_before: datetime | None = None
    wamid: str | None = None
    others: frozenset[str] = frozenset()
    """Further wamids that carry this message's tag."""


def is_sendable(released: Released | None) -> bool:
    """Whether this program knows how to say it to Meta, and to whom."""
    if released is None or not (released.content.kind in KINDS or isinstance(released.content, OutgoingMedia)):
        return False
    to = released.recipient
    return isinstance(released.content, ReadReceipt) or bool(to.wa_id or to.user_id)


def waits_for_media(dispatch: Dispatch) -> bool:
    """Whether Meta has to have its file first."""
    is_file = dispatch.released is not None and isinstance(dispatch.released.content, OutgoingMedia)
    return dispatch.phase == "queued" and is_file and dispatch.media_id is None


def same_wamid(one: str | None, other: str | None) -> bool:
    """Meta pads the base64 of a wamid now one way, now another."""
    return one is not None and other is not None and one.rstrip("=") == other.rstrip("=")


def evolve(dispatch: Dispatch, event: Event) -> Dispatch:
    match event:
        case MessageTaken():
            return replace(dispatch, released=event.personal)
        case MessageQueued():
            about = About(event.organisation_id, event.phone_number_id, event.customer_id, event.message_id)
            return replace(dispatch, phase="queued", about=about, send_by=event.send_by)
        case MessageMediaReady():
            return replace(dispatch, media_id=event.media_id, retry_not_before=event.ready_at)
        case MessageDispatchStarted():
            return replace(dispatch, phase="started", attempt=event.attempt)
        case MessageNotSent():
            throttles = dispatch.throttles + (event.reason == THROTTLED)
            return replace(dispatch, phase="queued", throttles=throttles, retry_not_before=event.retry_not_before)
        case MessageAccepted():
            wamid = event.personal.wamid if event.personal else None
            attempt = max(event.attempt, dispatch.attempt)
            return replace(dispatch, phase="accepted", attempt=attempt, wamid=wamid, released=None)
        case MessageRejected():
            return replace(dispatch, phase="rejected", released=None)
        case MessageOutcomeUnknown():
            return replace(dispatch, phase="unknown", released=None)
        case DuplicateSendDetected():
            wamid = event.personal.wamid if event.personal else None
            return replace(dispatch, others=dispatch.others | ({wamid} if wamid else set()))
    return dispatch
