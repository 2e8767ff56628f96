"""What people ask for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from recado_events.content import OutgoingContent
from recado_events.ids import ConversationId, MessageId, OrganisationId, PhoneNumberId, ProfileId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterUser:
    organisation_id: OrganisationId
    user_id: UserId
    name: str
    role: str
    profile_id: ProfileId | None
    active: bool
    by: UserId
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantProfile:
    organisation_id: OrganisationId
    profile_id: ProfileId
    level: str
    scope: str
    by: UserId
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawGrant:
    organisation_id: OrganisationId
    profile_id: ProfileId
    by: UserId
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAvailability:
    organisation_id: OrganisationId
    user_id: UserId
    online: bool
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseRota:
    organisation_id: OrganisationId
    phone_number_id: PhoneNumberId
    members: tuple[UserId, ...]
    only_online: bool
    by: UserId
    now: datetime


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks, as their token proves."""

    user_id: UserId
    role: str
    profile_id: ProfileId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OnConversation:
    organisation_id: OrganisationId
    conversation_id: ConversationId
    by: Person
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply(OnConversation):
    message_id: MessageId
    content: OutgoingContent
    reply_to: MessageId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class React(OnConversation):
    message_id: MessageId
    target_id: MessageId
    emoji: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkRead(OnConversation):
    up_to_id: MessageId
    notify_customer: bool | None = None
    """Whether the customer is to see it; None: as the number's rule says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignConversation(OnConversation):
    user_id: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseConversation(OnConversation):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenConversation(OnConversation):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowTyping(OnConversation):
    answering: MessageId
    """The customer's last message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockCustomer(OnConversation):
    """Or unblock them."""

    message_id: MessageId
    """Of what is asked of Meta."""
    blocked: bool
