"""What customers sent, and what the business sent from its phone app."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime

from recado_events.content import Content, Referral, ReferredProduct
from recado_events.conversations.message import OfMessage
from recado_events.event import Event, Personal
from recado_events.ids import MessageId, PhoneNumberId


class Received(Personal):
    wamid: str
    content: Content
    sender_name: str | None = None
    referral: Referral | None = None
    referred_product: ReferredProduct | None = None


class MessageReceived(OfMessage):
    """A customer's message."""

    TYPE: ClassVar[str] = "conversations.message-received.v1"
    kind: str
    occurred_at: AwareDatetime
    """Meta's clock; one in the future is clamped to the time of receipt."""
    received_at: AwareDatetime
    source_ordinal: int = 0
    """Place of the update in its webhook; orders messages of the same second."""
    reply_to: MessageId | None = None
    """The quoted message, which may be one never seen."""
    forwarded: bool = False
    from_ad: bool = False
    personal: Received | None


class Reacted(Personal):
    wamid: str
    emoji: str | None = None


class ReactionReceived(OfMessage):
    """A customer's reaction, or one the business gave from its phone app; an absent emoji takes the former one back."""

    TYPE: ClassVar[str] = "conversations.reaction-received.v1"
    target_id: MessageId
    by_business: bool = False
    occurred_at: AwareDatetime
    received_at: AwareDatetime
    personal: Reacted | None


class Edited(Personal):
    wamid: str
    content: Content


class MessageEdited(OfMessage):
    TYPE: ClassVar[str] = "conversations.message-edited.v1"
    target_id: MessageId
    by_business: bool = False
    occurred_at: AwareDatetime
    received_at: AwareDatetime
    personal: Edited | None


class Revoked(Personal):
    wamid: str


class MessageRevoked(OfMessage):
    TYPE: ClassVar[str] = "conversations.message-revoked.v1"
    target_id: MessageId
    by_business: bool = False
    occurred_at: AwareDatetime
    received_at: AwareDatetime
    personal: Revoked | None


class Echoed(Personal):
    wamid: str
    content: Content


class MessageEchoed(OfMessage):
    """The business answered from the phone app. It is shown and never sent again."""

    TYPE: ClassVar[str] = "conversations.message-echoed.v1"
    kind: str
    occurred_at: AwareDatetime
    received_at: AwareDatetime
    source_ordinal: int = 0
    reply_to: MessageId | None = None
    personal: Echoed | None


class ConflictingRedelivery(OfMessage):
    """Meta's id came again with other content: the first stays, this one is only noted."""

    TYPE: ClassVar[str] = "conversations.conflicting-redelivery.v1"
    received_at: AwareDatetime


class SetAside(Personal):
    raw: str


class UpdateSetAside(Event):
    """An update of a kind that nothing here acts on yet (history, contact sync, unknown fields), kept whole."""

    TYPE: ClassVar[str] = "conversations.update-set-aside.v1"
    STREAM: ClassVar[str] = "update-{update_id}"
    SUBJECT: ClassVar[str] = "{phone_number_id}"
    KEY: ClassVar[str] = "{organisation_id}:{phone_number_id}"

    phone_number_id: PhoneNumberId
    update_id: MessageId
    field: str
    received_at: AwareDatetime
    personal: SetAside | None
