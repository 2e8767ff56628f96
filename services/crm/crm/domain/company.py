"""A company: whom contacts work for. Made by people, or named by a contact (rule 33)."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from recado_events.crm import (
    CompanyCreated,
    CompanyDetails,
    CompanyFieldsEdited,
    CompanyNoteAdded,
    CompanyOwnerChanged,
    Edits,
    NoteText,
)
from recado_events.event import Event

from crm.commands import AddCompanyNote, ChangeCompanyOwner, CreateCompany, EditCompany, OnCompany
from crm.domain.contact import NAME
from crm.domain.entry import Entry, edited, edits_of
from crm.domain.refusals import UnknownCompany, UnknownUser
from crm.domain.staff import Staff


class Company(Entry):
    __slots__ = ()


NO_COMPANY = Company()


def evolve(company: Company, event: Event) -> Company:
    match event:
        case CompanyCreated():
            values = {NAME: event.personal.name if event.personal else None}
            return Company(event.organisation_id, event.owner_id, MappingProxyType(values))
        case CompanyFieldsEdited():
            return replace(company, values=edited(company.values, event.personal))
        case CompanyOwnerChanged():
            return replace(company, owner_id=event.owner_id)
        case CompanyNoteAdded():
            return replace(company, notes=company.notes | {event.note_id})
    return company


def check(command: OnCompany, company: Company, staff: Staff) -> None:
    if company.organisation_id != command.organisation_id:
        raise UnknownCompany
    staff.check_may_change(command.by, company.owner_id, UnknownCompany)


def create_company(command: CreateCompany, company: Company, staff: Staff) -> list[Event]:
    """Its owner is who made it."""
    staff.check_may_change(command.by, command.by.user_id, UnknownCompany)
    if company.exists:
        return []
    created = CompanyCreated(
        organisation_id=command.organisation_id,
        company_id=command.company_id,
        origin="person",
        contact_id=command.contact_id,
        conversation_id=command.conversation_id,
        message_id=command.message_id,
        owner_id=command.by.user_id,
        created_by=command.by.user_id,
        created_at=command.now,
        personal=CompanyDetails(name=command.name),
    )
    more = EditCompany(
        organisation_id=command.organisation_id,
        company_id=command.company_id,
        by=command.by,
        now=command.now,
        values=command.values,
    )
    return [created, *edit_company(more, evolve(company, created), staff)]


def edit_company(command: EditCompany, company: Company, staff: Staff) -> list[Event]:
    check(command, company, staff)
    edits = edits_of(company.values, command.values)
    if not edits:
        return []
    return [
        CompanyFieldsEdited(
            organisation_id=command.organisation_id,
            company_id=command.company_id,
            fields=tuple(edit.field for edit in edits),
            edited_by=command.by.user_id,
            edited_at=command.now,
            personal=Edits(edits=edits),
        )
    ]


def change_company_owner(command: ChangeCompanyOwner, company: Company, staff: Staff) -> list[Event]:
    check(command, company, staff)
    if not staff.serves(command.owner_id):
        raise UnknownUser(user_id=str(command.owner_id))
    if company.owner_id == command.owner_id:
        return []
    return [
        CompanyOwnerChanged(
            organisation_id=command.organisation_id,
            company_id=command.company_id,
            owner_id=command.owner_id,
            previous_id=company.owner_id,
            changed_by=command.by.user_id,
            changed_at=command.now,
        )
    ]


def add_company_note(command: AddCompanyNote, company: Company, staff: Staff) -> list[Event]:
    check(command, company, staff)
    if command.note_id in company.notes:
        return []
    return [
        CompanyNoteAdded(
            organisation_id=command.organisation_id,
            company_id=command.company_id,
            note_id=command.note_id,
            message_id=command.message_id,
            added_by=command.by.user_id,
            added_at=command.now,
            personal=NoteText(text=command.text),
        )
    ]
