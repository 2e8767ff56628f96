"""Contacts: their owners, fields, companies and notes, and the conversations they belong to."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime

from recado_events.crm.writing import Edits, NoteText
from recado_events.event import Event, Fact, Personal
from recado_events.identity import Alias
from recado_events.ids import (
    CompanyId,
    ContactId,
    ConversationId,
    CustomerId,
    MessageId,
    NoteId,
    PhoneNumberId,
    UserId,
)


class OfContact(Event):
    STREAM: ClassVar[str] = "contact-{contact_id}"
    SUBJECT: ClassVar[str] = "{contact_id}"
    KEY: ClassVar[str] = "{organisation_id}"

    contact_id: ContactId


class ContactDetails(Personal):
    name: str | None = None
    aliases: tuple[Alias, ...] = ()


class ContactUsername(Personal):
    username: str


class ContactCreated(OfContact):
    TYPE: ClassVar[str] = "crm.contact-created.v1"
    origin: str
    """conversation, person or import."""
    created_by: UserId | None = None
    created_at: AwareDatetime
    personal: ContactDetails | None


class ContactLinked(OfContact):
    """This customer (one person at one business number) is this contact."""

    TYPE: ClassVar[str] = "crm.contact-linked.v1"
    customer_id: CustomerId
    phone_number_id: PhoneNumberId
    owner_id: UserId | None = None
    """The contact's owner at that moment."""
    home_id: ContactId | None = None
    """The contact merged into this one whose it is: there it goes back when they are parted."""
    linked_at: AwareDatetime


class ContactAliasesAdded(OfContact):
    TYPE: ClassVar[str] = "crm.contact-aliases-added.v1"
    home_id: ContactId | None = None
    """The contact merged into this one whose it is: there it goes back when they are parted."""
    added_at: AwareDatetime
    personal: ContactDetails | None


class ContactUsernameChanged(OfContact):
    """What one of its customers goes by at WhatsApp. It says who somebody is only today: usernames change hands."""

    TYPE: ClassVar[str] = "crm.contact-username-changed.v1"
    customer_id: CustomerId
    changed_at: AwareDatetime
    personal: ContactUsername | None


class Link(Fact):
    customer_id: CustomerId
    phone_number_id: PhoneNumberId


class ContactOwnerChanged(OfContact):
    """Looked up for new conversations; a running one keeps its assignee."""

    TYPE: ClassVar[str] = "crm.contact-owner-changed.v1"
    owner_id: UserId | None
    previous_id: UserId | None = None
    why: str
    """assigned (copied from the conversation at creation), person, merged (taken over) or unmerged (given back)."""
    changed_by: UserId | None = None
    links: tuple[Link, ...]
    """The customers it concerns."""
    changed_at: AwareDatetime


class ContactFieldsEdited(OfContact):
    TYPE: ClassVar[str] = "crm.contact-fields-edited.v1"
    fields: tuple[str, ...]
    edited_by: UserId | None
    """None where it follows what the customer told WhatsApp."""
    edited_at: AwareDatetime
    personal: Edits | None


class ContactNoteAdded(OfContact):
    TYPE: ClassVar[str] = "crm.contact-note-added.v1"
    note_id: NoteId
    message_id: MessageId | None = None
    """The message it was made from."""
    added_by: UserId
    added_at: AwareDatetime
    personal: NoteText | None


class ContactCompanyChosen(OfContact):
    """The company a contact belongs to; None: none any more."""

    TYPE: ClassVar[str] = "crm.contact-company-chosen.v1"
    company_id: CompanyId | None
    previous_id: CompanyId | None = None
    why: str
    """typed (on the contact), card (a shared contact card named it), person (chosen among companies), import, merged
    (taken over) or unmerged (given back)."""
    conversation_id: ConversationId | None = None
    message_id: MessageId | None = None
    """The message with the card."""
    chosen_by: UserId | None = None
    chosen_at: AwareDatetime


class ContactConversationStarted(OfContact):
    TYPE: ClassVar[str] = "crm.contact-conversation-started.v1"
    conversation_id: ConversationId
    customer_id: CustomerId
    phone_number_id: PhoneNumberId
    started_at: AwareDatetime


class ContactConversationAssigned(OfContact):
    TYPE: ClassVar[str] = "crm.contact-conversation-assigned.v1"
    conversation_id: ConversationId
    user_id: UserId
    assigned_at: AwareDatetime


class ContactConversationUnassigned(OfContact):
    """Nobody's, until somebody is assigned."""

    TYPE: ClassVar[str] = "crm.contact-conversation-unassigned.v1"
    conversation_id: ConversationId
    unassigned_at: AwareDatetime


class ContactConversationClosed(OfContact):
    TYPE: ClassVar[str] = "crm.contact-conversation-closed.v1"
    conversation_id: ConversationId
    reason: str
    closed_at: AwareDatetime


class ContactConversationReopened(OfContact):
    TYPE: ClassVar[str] = "crm.contact-conversation-reopened.v1"
    conversation_id: ConversationId
    reopened_at: AwareDatetime
