"""The conversations of a contact, and the owner that the first of them brings; each reaction may be repeated."""

from __future__ import annotations

from typing import Any

from recado_events.crm import (
    ContactConversationAssigned,
    ContactConversationClosed,
    ContactConversationReopened,
    ContactConversationStarted,
    ContactConversationUnassigned,
    ContactOwnerChanged,
)
from recado_events.event import Event
from recado_events.ids import ContactId

from crm.commands import (
    AssignConversation,
    CloseConversation,
    OnConversation,
    ReopenConversation,
    UnassignConversation,
)
from crm.domain.contact import Contact, Talk


def start_conversation(command: OnConversation, contact_id: ContactId, contact: Contact) -> list[Event]:
    return _started(command, contact_id, contact)


def _started(command: OnConversation, contact_id: ContactId, contact: Contact) -> list[Event]:
    """Whatever is told of a conversation, it began: with its first fact that was heard, where that was another one."""
    if command.conversation_id in contact.talks:
        return []
    return [
        ContactConversationStarted(
            **_place(command, contact_id),
            customer_id=command.customer_id,
            phone_number_id=command.phone_number_id,
            started_at=command.now,
        )
    ]


def _place(command: OnConversation, contact_id: ContactId) -> dict[str, Any]:
    return {
        "organisation_id": command.organisation_id,
        "contact_id": contact_id,
        "conversation_id": command.conversation_id,
    }


def _talk(command: OnConversation, contact: Contact) -> Talk:
    return contact.talks.get(command.conversation_id, Talk())


def assign_conversation(command: AssignConversation, contact_id: ContactId, contact: Contact) -> list[Event]:
    facts = _started(command, contact_id, contact)
    if _talk(command, contact).assignee == command.user_id:
        return facts
    assigned = ContactConversationAssigned(
        **_place(command, contact_id),
        user_id=command.user_id,
        assigned_at=command.now,
    )
    return [*facts, assigned]


def unassign_conversation(command: UnassignConversation, contact_id: ContactId, contact: Contact) -> list[Event]:
    facts = _started(command, contact_id, contact)
    if _talk(command, contact).assignee is None:
        return facts
    unassigned = ContactConversationUnassigned(
        **_place(command, contact_id),
        unassigned_at=command.now,
    )
    return [*facts, unassigned]


def own_contact(command: AssignConversation, contact_id: ContactId, contact: Contact) -> list[Event]:
    """The first assignee becomes the contact's owner; later ones do not replace them. `contact` is who is met now,
    which may not be where the conversation began."""
    if contact.owner_id is not None:
        return []
    return [
        ContactOwnerChanged(
            organisation_id=command.organisation_id,
            contact_id=contact_id,
            owner_id=command.user_id,
            why="assigned",
            links=contact.links,
            changed_at=command.now,
        )
    ]


def close_conversation(command: CloseConversation, contact_id: ContactId, contact: Contact) -> list[Event]:
    facts = _started(command, contact_id, contact)
    if _talk(command, contact).state == "closed":
        return facts
    closed = ContactConversationClosed(
        **_place(command, contact_id),
        reason=command.reason,
        closed_at=command.now,
    )
    return [*facts, closed]


def reopen_conversation(command: ReopenConversation, contact_id: ContactId, contact: Contact) -> list[Event]:
    facts = _started(command, contact_id, contact)
    if _talk(command, contact).state == "open":
        return facts
    reopened = ContactConversationReopened(
        **_place(command, contact_id),
        reopened_at=command.now,
    )
    return [*facts, reopened]
