"""Companies: whom contacts work for, with an owner, fields and notes of their own."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime

from recado_events.crm.writing import Edits, NoteText
from recado_events.event import Event, Personal
from recado_events.ids import CompanyId, ContactId, ConversationId, MessageId, NoteId, UserId


class OfCompany(Event):
    STREAM: ClassVar[str] = "company-{company_id}"
    SUBJECT: ClassVar[str] = "{company_id}"
    KEY: ClassVar[str] = "{organisation_id}"

    company_id: CompanyId


class CompanyDetails(Personal):
    name: str


class CompanyCreated(OfCompany):
    TYPE: ClassVar[str] = "crm.company-created.v1"
    origin: str
    """person, typed (on a contact), card (a shared contact card named it) or import."""
    contact_id: ContactId | None = None
    """The contact that named it."""
    conversation_id: ConversationId | None = None
    message_id: MessageId | None = None
    """The message it was made from."""
    owner_id: UserId | None = None
    created_by: UserId | None = None
    created_at: AwareDatetime
    personal: CompanyDetails | None


class CompanyFieldsEdited(OfCompany):
    TYPE: ClassVar[str] = "crm.company-fields-edited.v1"
    fields: tuple[str, ...]
    edited_by: UserId
    edited_at: AwareDatetime
    personal: Edits | None


class CompanyOwnerChanged(OfCompany):
    TYPE: ClassVar[str] = "crm.company-owner-changed.v1"
    owner_id: UserId
    previous_id: UserId | None = None
    changed_by: UserId
    changed_at: AwareDatetime


class CompanyNoteAdded(OfCompany):
    TYPE: ClassVar[str] = "crm.company-note-added.v1"
    note_id: NoteId
    message_id: MessageId | None = None
    """The message it was made from."""
    added_by: UserId
    added_at: AwareDatetime
    personal: NoteText | None
