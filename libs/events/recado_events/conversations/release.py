"""What leaves for the customer."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime

from recado_events.content import OutgoingContent
from recado_events.conversations.message import OfMessage
from recado_events.event import Personal
from recado_events.identity import Recipient
from recado_events.ids import MessageId, UserId


class Released(Personal):
    content: OutgoingContent
    recipient: Recipient
    context_wamid: str | None = None
    """The quoted message's wamid."""


class MessageReleased(OfMessage):
    """Checked and free to go. The gateway sends it, once, and not after `send_by`."""

    TYPE: ClassVar[str] = "conversations.message-released.v1"
    kind: str
    reply_to: MessageId | None = None
    target_id: MessageId | None = None
    """What a reaction reacts to."""
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
