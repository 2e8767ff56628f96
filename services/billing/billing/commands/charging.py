"""What becomes of a message, as far as it is charged for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from recado_events.conversations import Pricing
from recado_events.ids import CustomerId, MessageId, OrganisationId, PhoneNumberId


@dataclass(frozen=True, slots=True, kw_only=True)
class OnMessage:
    organisation_id: OrganisationId
    phone_number_id: PhoneNumberId
    customer_id: CustomerId
    message_id: MessageId
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserve(OnMessage):
    """A template message asks for its credits."""

    category: str
    country: str | None
    send_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteReply(OnMessage):
    """A free-form message left."""

    country: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotePricing(OnMessage):
    """Meta's `pricing`, with a status that proves no delivery."""

    pricing: Pricing


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteDelivery(OnMessage):
    evidence: str
    """delivered or read."""
    at: datetime
    """By Meta's clock."""
    pricing: Pricing | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseHold(OnMessage):
    reason: str
    """rejected, failed or withdrawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteOutcome(OnMessage):
    """The gateway lost sight of the message, or found it again."""

    known: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpireHold(OnMessage):
    pass
