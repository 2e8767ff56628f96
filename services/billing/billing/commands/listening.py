"""What billing hears of numbers, customers and people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from recado_events.ids import CustomerId, MessageId, OrganisationId, PhoneNumberId, UserId, WabaId


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteNumber:
    organisation_id: OrganisationId
    phone_number_id: PhoneNumberId
    waba_id: WabaId
    country: str
    time_zone: str
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OnCustomer:
    organisation_id: OrganisationId
    phone_number_id: PhoneNumberId
    customer_id: CustomerId
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteWindow(OnCustomer):
    """`opened` tells a new window from one that goes on."""

    message_id: MessageId
    opened: bool
    at: datetime
    closes_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteAd(OnCustomer):
    """The customer came from an ad or a post with a button."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinCustomers(OnCustomer):
    """`merged_id` was found to be this customer."""

    merged_id: CustomerId


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteUser:
    """What is None was not told."""

    organisation_id: OrganisationId
    user_id: UserId
    role: str | None
    active: bool | None
    now: datetime
