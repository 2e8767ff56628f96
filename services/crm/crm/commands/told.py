"""What conversations told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from recado_events.identity import Alias
from recado_events.ids import ConversationId, CustomerId, MessageId, OrganisationId, PhoneNumberId, ProfileId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class OnCustomer:
    organisation_id: OrganisationId
    phone_number_id: PhoneNumberId
    customer_id: CustomerId
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetCustomer(OnCustomer):
    """Who a customer is: somebody new, or more about somebody known."""

    aliases: tuple[Alias, ...] = ()
    name: str | None = None
    """The one they chose at WhatsApp, where it was told."""
    book_name: str | None = None
    """What the business's phone calls them."""
    username: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeCustomers(OnCustomer):
    """`merged_id` was found to be the same person at the same business number; this customer stays."""

    merged_id: CustomerId


@dataclass(frozen=True, slots=True, kw_only=True)
class OnConversation(OnCustomer):
    conversation_id: ConversationId


@dataclass(frozen=True, slots=True, kw_only=True)
class StartConversation(OnConversation):
    initiated_by: str = "customer"


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignConversation(OnConversation):
    user_id: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class UnassignConversation(OnConversation):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseConversation(OnConversation):
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenConversation(OnConversation):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteUser:
    """What is None was not told."""

    organisation_id: OrganisationId
    user_id: UserId
    active: bool | None = None
    role: str | None = None
    profile_id: ProfileId | None = None
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteGrant:
    organisation_id: OrganisationId
    profile_id: ProfileId
    level: str | None = None
    """None: nothing any more."""
    scope: str | None = None
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NameCompany(OnConversation):
    """A contact card that the customer shared names a company."""

    message_id: MessageId
    company: str
