"""What people ask of contacts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from recado_events.ids import CompanyId, ContactId, MessageId, NoteId, OrganisationId, ProfileId, UserId


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
class CreateContact(OnContact):
    number: str | None
    """E.164 digits."""
    values: Mapping[str, str | bool | None]
    """By field, the name among them."""
    origin: str = "person"
    """person or import."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditFields(OnContact):
    """New values by field; None empties one."""

    values: Mapping[str, str | bool | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeOwner(OnContact):
    owner_id: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class AddNote(OnContact):
    note_id: NoteId
    text: str
    message_id: MessageId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseCompany(OnContact):
    company_id: CompanyId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeContacts(OnContact):
    """`merged_id` is the same person: this contact stays."""

    merged_id: ContactId


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmergeContact(OnContact):
    """It was merged, and is another person after all."""
