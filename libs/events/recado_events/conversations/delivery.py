"""What Meta said became of a message."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime

from recado_events.conversations.message import OfMessage
from recado_events.event import Fact, Personal


class Pricing(Fact):
    """Meta's evidence of what a message costs; its words are kept as they came."""

    billable: bool | None = None
    pricing_model: str | None = None
    type: str | None = None
    category: str | None = None


class MetaError(Fact):
    code: int
    title: str | None = None


class OfDelivery(OfMessage):
    """A status fact of Meta. Every one is kept; what is shown is a fold that never goes backwards."""

    joined_by: str
    """tag (our own id in the callback data) or wamid."""
    occurred_at: AwareDatetime
    received_at: AwareDatetime
    pricing: Pricing | None = None


class MessageSent(OfDelivery):
    TYPE: ClassVar[str] = "conversations.message-sent.v1"


class MessageDelivered(OfDelivery):
    TYPE: ClassVar[str] = "conversations.message-delivered.v1"


class MessageRead(OfDelivery):
    TYPE: ClassVar[str] = "conversations.message-read.v1"


class MessagePlayed(OfDelivery):
    TYPE: ClassVar[str] = "conversations.message-played.v1"


class FailureDetails(Personal):
    """Meta's own words about each of the errors, in their order."""

    details: tuple[str | None, ...] = ()


class MessageFailed(OfDelivery):
    TYPE: ClassVar[str] = "conversations.message-failed.v1"
    errors: tuple[MetaError, ...] = ()
    personal: FailureDetails | None = None


class MessageStatusSeen(OfDelivery):
    """A status word this version does not know."""

    TYPE: ClassVar[str] = "conversations.message-status-seen.v1"
    status: str
