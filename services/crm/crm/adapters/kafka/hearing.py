"""Events of conversations as commands of crm."""

from __future__ import annotations

from typing import Any

from recado_events import conversations as told
from recado_events.content import ContactCards

from crm.commands import (
    AssignConversation,
    CloseConversation,
    MeetCustomer,
    MergeCustomers,
    NameCompany,
    NoteGrant,
    NoteUser,
    ReopenConversation,
    StartConversation,
    UnassignConversation,
)


def met(event: told.CustomerIdentified | told.CustomerAliasesAdded | told.CustomerRenamed) -> MeetCustomer:
    who = event.personal
    if who is None:
        return MeetCustomer(**_of_customer(event))
    called = {"name": who.profile_name, "book_name": who.book_name, "username": who.username}
    return MeetCustomer(**{**_of_customer(event), **called}, aliases=who.aliases)


def merged(event: told.CustomersMerged) -> MergeCustomers:
    return MergeCustomers(**_of_customer(event), merged_id=event.merged_id)


def merged_into(event: told.CustomerMergedInto) -> MergeCustomers:
    """The same from the other side: whichever is heard first does it."""
    at = {**_of_customer(event), "customer_id": event.survivor_id}
    return MergeCustomers(**at, merged_id=event.customer_id)


def opened(event: told.ConversationOpened) -> StartConversation:
    return StartConversation(**_of_conversation(event), initiated_by=event.initiated_by)


def assigned(event: told.ConversationAssigned) -> AssignConversation:
    return AssignConversation(**_of_conversation(event), user_id=event.user_id)


def unassigned(event: told.ConversationUnassigned) -> UnassignConversation:
    return UnassignConversation(**_of_conversation(event))


def closed(event: told.ConversationClosed) -> CloseConversation:
    return CloseConversation(**_of_conversation(event), reason=event.reason)


def reopened(event: told.ConversationReopened) -> ReopenConversation:
    return ReopenConversation(**_of_conversation(event))


def card(event: told.MessageReceived) -> NameCompany | None:
    """The company that a shared contact card names; of several the first."""
    content = event.personal.content if event.personal else None
    if not isinstance(content, ContactCards):
        return None
    named = [company for each in content.cards if (company := (each.company or "").strip())]
    if not named:
        return None
    return NameCompany(**_of_conversation(event), message_id=event.message_id, company=named[0][:500])


def registered(event: told.UserRegistered) -> NoteUser:
    return NoteUser(**_of_user(event), active=True, role=event.role, profile_id=event.profile_id)


def role_assigned(event: told.UserRoleAssigned) -> NoteUser:
    return NoteUser(**_of_user(event), role=event.role, profile_id=event.profile_id)


def active(event: told.UserActivated) -> NoteUser:
    return NoteUser(**_of_user(event), active=True)


def inactive(event: told.UserDeactivated) -> NoteUser:
    return NoteUser(**_of_user(event), active=False)


def granted(event: told.ProfileGranted) -> NoteGrant:
    return NoteGrant(
        organisation_id=event.organisation_id,
        profile_id=event.profile_id,
        level=event.level,
        scope=event.scope,
        now=event.happened_at,
    )


def withdrawn(event: told.ProfileGrantWithdrawn) -> NoteGrant:
    return NoteGrant(organisation_id=event.organisation_id, profile_id=event.profile_id, now=event.happened_at)


def _of_customer(event: told.OfCustomer) -> dict[str, Any]:
    return {
        "organisation_id": event.organisation_id,
        "phone_number_id": event.phone_number_id,
        "customer_id": event.customer_id,
        "now": event.happened_at,
    }


def _of_conversation(event: told.OfConversation) -> dict[str, Any]:
    return {**_of_customer(event), "conversation_id": event.conversation_id}


def _of_user(event: told.OfUser) -> dict[str, Any]:
    return {"organisation_id": event.organisation_id, "user_id": event.user_id, "now": event.happened_at}
