"""What leaves for the customer."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime

from recado_events.content import OutgoingContent
from recado_events.conversations.message import OfMessage
from recado_events.event import Fact, Personal
from recado_events.identity import Recipient
from recado_events.ids import MessageId, TemplateId, UserId, WabaId


class Released(Personal):
    content: OutgoingContent
    recipient: Recipient
    context_wamid: str | None = None
    """The quoted message's wamid."""


class TemplateUse(Fact):
    """Which template a message is made from, as it stood when the message was asked for or released."""

    template_id: TemplateId
    waba_id: WabaId
    name: str
    language: str
    category: str
    """Meta's category: what is charged."""


class MessageRequested(OfMessage):
    """A template message, checked: it leaves (`MessageReleased`) once billing has reserved its credits."""

    TYPE: ClassVar[str] = "conversations.message-requested.v1"
    kind: str
    template: TemplateUse
    requested_by: UserId
    requested_at: AwareDatetime
    send_by: AwareDatetime
    personal: Released | None


class MessageWithdrawn(OfMessage):
    """It may not leave any more: billing releases what it reserved for it, if it has answered at all."""

    TYPE: ClassVar[str] = "conversations.message-withdrawn.v1"
    reason: str
    """template_not_approved, template_changed, marketing_stopped, customer_blocked, channel_disconnected,
    edition_frozen, not_permitted, erased or expired."""
    withdrawn_at: AwareDatetime


class MessageRefused(OfMessage):
    """Its credits were not reserved: it never reaches Meta."""

    TYPE: ClassVar[str] = "conversations.message-refused.v1"
    reason: str
    """As billing told it: insufficient_credits, frozen, unpriced."""
    refused_at: AwareDatetime


class MessageReleased(OfMessage):
    """Checked and free to go. The gateway sends it, once, and not after `send_by`."""

    TYPE: ClassVar[str] = "conversations.message-released.v1"
    kind: str
    reply_to: MessageId | None = None
    target_id: MessageId | None = None
    """What a reaction reacts to."""
    template: TemplateUse | None = None
    released_by: UserId
    released_at: AwareDatetime
    send_by: AwareDatetime
    personal: Released | None


class ReadReceiptReleased(OfMessage):
    """Ask Meta to show the customer that `target_id` was read."""

    TYPE: ClassVar[str] = "conversations.read-receipt-released.v1"
    target_id: MessageId
    released_by: UserId
    released_at: AwareDatetime
    send_by: AwareDatetime
    personal: Released | None
