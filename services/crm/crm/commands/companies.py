"""What people ask of companies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from recado_events.ids import CompanyId, ContactId, ConversationId, MessageId, NoteId, OrganisationId, UserId

from crm.commands.contacts import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class OnCompany:
    organisation_id: OrganisationId
    company_id: CompanyId
    by: Person
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateCompany(OnCompany):
    name: str
    values: Mapping[str, str | None]
    """Its other fields."""
    contact_id: ContactId | None = None
    """Belongs to it from now on."""
    conversation_id: ConversationId | None = None
    message_id: MessageId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EditCompany(OnCompany):
    """New values by field; None empties one."""

    values: Mapping[str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeCompanyOwner(OnCompany):
    owner_id: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class AddCompanyNote(OnCompany):
    note_id: NoteId
    text: str
    message_id: MessageId | None = None
