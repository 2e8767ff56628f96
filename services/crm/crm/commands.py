"""All that may be asked of crm. Ids and times are decided before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from recado_events.identity import Alias
from recado_events.ids import (
    ContactId,
    ConversationId,
    CustomerId,
    MessageId,
    NoteId,
    OrganisationId,
    PhoneNumberId,
    ProfileId,
    UserId,
)

# What conversations told ---------------------------------------------------------------------------------


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


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeCustomers(OnCustomer):
    """`merged_id` was found to be the same person at the same business number; this customer stays."""

    merged_id: CustomerId


@dataclass(frozen=True, slots=True, kw_only=True)
class OnConversation(OnCustomer):
    conversation_id: ConversationId


@dataclass(frozen=True, slots=True, kw_only=True)
class StartConversation(OnConversation):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignConversation(OnConversation):
    user_id: UserId


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
    level: str
    scope: str
    now: datetime


# What people ask -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks, as their token proves."""

    user_id: UserId
    role: str
    profile_id: ProfileId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OnContact:
    organisation_id: OrganisationId
    contact_id: ContactId
    by: Person
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EditFields(OnContact):
    """New values by field; None empties one."""

    values: Mapping[str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeOwner(OnContact):
    owner_id: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class AddNote(OnContact):
    note_id: NoteId
    text: str
    message_id: MessageId | None = None
