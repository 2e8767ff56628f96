"""Facts that conversations keeps for itself: what it heard, and how it ties wamids to messages."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from recado_events.conversations import (
    FailureDetails,
    MetaError,
    OfConversation,
    OfCustomer,
    OfDesk,
    OfMessage,
    OfTeam,
    Pricing,
)
from recado_events.event import Event, Personal
from recado_events.identity import Alias
from recado_events.ids import MessageId, PhoneNumberId, UserId, WabaId

from conversations.domain.kept import KEPT
from conversations.domain.noted import NOTED
from conversations.domain.private_attachments import ATTACHMENTS
from conversations.domain.private_phone_book import PHONE_BOOK


class DeskKnown(OfTeam):
    """This organisation has a queue at that number: who becomes eligible is offered its work."""

    TYPE: ClassVar[str] = "conversations.desk-known.v1"
    phone_number_id: PhoneNumberId
    known_at: datetime


class ChannelNoted(OfDesk):
    TYPE: ClassVar[str] = "conversations.channel-noted.v1"
    connected: bool
    waba_id: WabaId | None = None
    country: str | None = None
    """ISO 3166 alpha-2, for numbers typed without a country code. What is None is as it was before."""
    noted_at: datetime


class DrainBegun(OfDesk):
    """Somebody is there for more who wait than one transaction gives away: workers go on with it."""

    TYPE: ClassVar[str] = "conversations.drain-begun.v1"
    begun_at: datetime


class DrainEnded(OfDesk):
    """Nobody waits there any more for whom somebody is there."""

    TYPE: ClassVar[str] = "conversations.drain-ended.v1"
    ended_at: datetime


class ContactOwnerNoted(OfCustomer):
    TYPE: ClassVar[str] = "conversations.contact-owner-noted.v1"
    owner_id: UserId | None
    noted_at: datetime


class ChangedIdentity(Personal):
    old: tuple[Alias, ...]
    new: tuple[Alias, ...]


class IdentityChangeForetold(Event):
    """Of somebody never seen: whoever comes under one of these aliases is known by all of them."""

    TYPE: ClassVar[str] = "conversations.identity-change-foretold.v1"
    STREAM: ClassVar[str] = "foretold-{foretold_id}"
    SUBJECT: ClassVar[str] = "{foretold_id}"
    KEY: ClassVar[str] = "{organisation_id}:{phone_number_id}"

    phone_number_id: PhoneNumberId
    foretold_id: UUID
    reason: str
    occurred_at: datetime
    noted_at: datetime
    personal: ChangedIdentity | None


class ActivityNoted(OfConversation):
    """Somebody wrote there. Where silence ends conversations, and then seldom: see `domain/silence.py`."""

    TYPE: ClassVar[str] = "conversations.activity-noted.v1"
    noted_at: datetime


class BoundTo(Personal):
    wamid: str | None = None


class FreeEntryNoted(OfCustomer):
    """Billing tells that what is sent to somebody who came from an ad is free of charge until then."""

    TYPE: ClassVar[str] = "conversations.free-entry-noted.v1"
    free_until: datetime
    noted_at: datetime
    TIME: ClassVar[str] = "noted_at"


class AcceptanceNoted(OfMessage):
    TYPE: ClassVar[str] = "conversations.acceptance-noted.v1"
    wamid_id: MessageId | None
    accepted_at: datetime
    personal: BoundTo | None


class RejectionNoted(OfMessage):
    TYPE: ClassVar[str] = "conversations.rejection-noted.v1"
    reason: str
    meta_code: int | None
    rejected_at: datetime


class UncertaintyNoted(OfMessage):
    TYPE: ClassVar[str] = "conversations.uncertainty-noted.v1"
    reason: str
    noted_at: datetime


class OfWamid(Event):
    """What is known about a wamid of the business, whoever sent it."""

    STREAM: ClassVar[str] = "wamid-{wamid_id}"
    SUBJECT: ClassVar[str] = "{wamid_id}"
    KEY: ClassVar[str] = "{organisation_id}:{phone_number_id}"

    phone_number_id: PhoneNumberId
    wamid_id: MessageId


class WamidBound(OfWamid):
    TYPE: ClassVar[str] = "conversations.wamid-bound.v1"
    message_id: MessageId
    bound_at: datetime


class StatusOfUnknownMessage(OfWamid):
    """An orphan: it joins its message when the wamid is bound, or stays the other app's business."""

    TYPE: ClassVar[str] = "conversations.status-of-unknown-message.v1"
    status: str
    occurred_at: datetime
    received_at: datetime
    pricing: Pricing | None = None
    errors: tuple[MetaError, ...] = ()
    personal: FailureDetails | None = None


PRIVATE: tuple[type[Event], ...] = (
    *ATTACHMENTS,
    *PHONE_BOOK,
    DeskKnown,
    ChannelNoted,
    DrainBegun,
    DrainEnded,
    ContactOwnerNoted,
    FreeEntryNoted,
    IdentityChangeForetold,
    ActivityNoted,
    AcceptanceNoted,
    RejectionNoted,
    UncertaintyNoted,
    WamidBound,
    StatusOfUnknownMessage,
    *NOTED,
    *KEPT,
)
