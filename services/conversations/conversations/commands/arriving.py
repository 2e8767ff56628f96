"""What Meta's updates ask for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from recado_events.content import Content, Referral, ReferredProduct
from recado_events.conversations import MetaError, Pricing
from recado_events.identity import Alias
from recado_events.ids import MessageId, OrganisationId, PhoneNumberId


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one update says about who somebody is. Any part may be missing."""

    aliases: tuple[Alias, ...]
    profile_name: str | None = None
    username: str | None = None
    country_code: str | None = None
    book_name: str | None = None
    """What the business's phone calls them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What all updates about one message have in common."""

    organisation_id: OrganisationId
    phone_number_id: PhoneNumberId
    message_id: MessageId
    wamid: str
    sighting: Sighting
    occurred_at: datetime
    """Meta's clock, already clamped to `now`."""
    plausible: bool
    """Whether Meta's timestamp can be believed; only then does it move a window."""
    source_ordinal: int
    now: datetime
    by_business: bool = False
    """Done by the business from its phone app; `sighting` is then the person it was done to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveMessage(Arrival):
    content: Content
    opens_window: bool = True
    reply_to: MessageId | None = None
    forwarded: bool = False
    referral: Referral | None = None
    referred_product: ReferredProduct | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveReaction(Arrival):
    target_id: MessageId
    emoji: str | None
    opens_window: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveEdit(Arrival):
    target_id: MessageId
    content: Content


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveRevoke(Arrival):
    target_id: MessageId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveEcho(Arrival):
    """The business wrote from the phone app."""

    by_business: bool = True
    content: Content
    reply_to: MessageId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeIdentity:
    """Meta says that the person known as `old` is from now on also known as `new`."""

    organisation_id: OrganisationId
    phone_number_id: PhoneNumberId
    old: tuple[Alias, ...]
    new: tuple[Alias, ...]
    reason: str
    occurred_at: datetime
    """Meta's clock, already clamped to `now`."""
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SetMarketing:
    organisation_id: OrganisationId
    phone_number_id: PhoneNumberId
    sighting: Sighting
    wanted: bool
    evidence: str
    occurred_at: datetime
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordStatus:
    """A status of Meta about a message of the business, perhaps one never sent from here."""

    organisation_id: OrganisationId
    phone_number_id: PhoneNumberId
    wamid_id: MessageId
    tagged_id: MessageId | None
    """Our own id out of the callback data, already verified."""
    status: str
    occurred_at: datetime
    pricing: Pricing | None
    errors: tuple[MetaError, ...]
    details: tuple[str | None, ...] = ()
    """What Meta says to each of the errors."""
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAsideUpdate:
    organisation_id: OrganisationId
    phone_number_id: PhoneNumberId
    update_id: MessageId
    field: str
    raw: str
    now: datetime
