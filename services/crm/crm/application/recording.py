"""What people do with contacts."""

from __future__ import annotations

from recado_chassis.ports import Ids
from recado_chassis.work import Work
from recado_events.crm import ContactFieldsEdited, ContactRestored
from recado_events.envelope import Cause
from recado_events.ids import CompanyId

from crm.application.book import Book
from crm.commands import (
    AddNote,
    ChangeOwner,
    ChooseCompany,
    CreateContact,
    EditFields,
    MergeContacts,
    OnContact,
    UnmergeContact,
)
from crm.domain import merging, record, unmerging
from crm.domain.belonging import Naming, choose_company, name_company
from crm.domain.contact import COMPANY, NAME, Contact
from crm.domain.staff import Staff


class Recording:
    def __init__(self, book: Book, ids: Ids) -> None:
        self._book = book
        self._ids = ids

    def create_contact(self, work: Work, command: CreateContact, cause: Cause) -> None:
        book, org = self._book, command.organisation_id
        contact, staff = self._at(work, command)
        known = book.with_number(work, org, command.number) if command.number else None
        made = record.create_contact(command, contact, known, staff, book.setup(work, org))
        book.record(work, made, cause)
        if made:
            values = {name: value for name, value in command.values.items() if name != NAME and value is not None}
            rest = EditFields(
                organisation_id=org, contact_id=command.contact_id, by=command.by, now=command.now, values=values
            )
            self.edit_fields(work, rest, cause)

    def edit_fields(self, work: Work, command: EditFields, cause: Cause) -> None:
        """A company typed on the contact is the contact's (rule 33): found by its name, or made. One that stood there
        already says nothing new: the contact's company may be called differently by now."""
        contact, staff = self._at(work, command)
        facts = record.edit_fields(command, contact, staff, self._book.setup(work, command.organisation_id))
        self._book.record(work, facts, cause)
        if COMPANY not in command.values:
            return
        typed = any(isinstance(fact, ContactFieldsEdited) and COMPANY in fact.fields for fact in facts)
        if typed or (command.values[COMPANY] is None) != (contact.company_id is None):
            self._belong(work, command, command.values[COMPANY], "typed", cause)

    def choose_company(self, work: Work, command: ChooseCompany, cause: Cause) -> None:
        chosen = None if command.company_id is None else self._book.company(work, command.company_id)
        contact, staff = self._at(work, command)
        self._book.record(work, choose_company(command, contact, chosen, staff), cause)

    def change_owner(self, work: Work, command: ChangeOwner, cause: Cause) -> None:
        self._book.record(work, record.change_owner(command, *self._at(work, command)), cause)

    def add_note(self, work: Work, command: AddNote, cause: Cause) -> None:
        self._book.record(work, record.add_note(command, *self._at(work, command)), cause)

    def merge_contacts(self, work: Work, command: MergeContacts, cause: Cause) -> None:
        contact, staff = self._at(work, command)
        other = self._book.contact(work, command.merged_id)
        self._book.record(work, merging.merge_contacts(command, contact, other, staff), cause)

    def unmerge_contact(self, work: Work, command: UnmergeContact, cause: Cause) -> None:
        contact, staff = self._at(work, command)
        met_as = self._book.met_as(work, command.contact_id)
        homes = self._book.homes_in(work, command.contact_id, met_as[-1][1]) if met_as else set()
        facts = unmerging.unmerge_contact(command, contact, met_as, homes, staff)
        talks = [each for fact in facts if isinstance(fact, ContactRestored) for each in fact.conversations]
        found = [self._book.record_of(work, command.organisation_id, talk.conversation_id) for talk in talks]
        records = {each: self._book.pipeline_record(work, each) for each in found if each is not None}
        facts += unmerging.records_back(command, contact, dict(met_as), records)
        self._book.record(work, facts, cause)

    def _belong(self, work: Work, command: OnContact, name: object, why: str, cause: Cause) -> None:
        book, org = self._book, command.organisation_id
        contact, staff = self._at(work, command)
        if not isinstance(name, str):
            none = ChooseCompany(
                organisation_id=org, contact_id=command.contact_id, by=command.by, now=command.now, company_id=None
            )
            book.record(work, choose_company(none, contact, None, staff), cause)
            return
        found = book.company_named(work, org, name, command.by)
        naming = Naming(
            organisation_id=org,
            contact_id=command.contact_id,
            company_id=found or CompanyId(self._ids.new()),
            is_new=found is None,
            name=name,
            why=why,
            now=command.now,
            by=command.by.user_id,
        )
        book.record(work, name_company(naming, contact), cause)

    def _at(self, work: Work, command: OnContact) -> tuple[Contact, Staff]:
        return self._book.contact(work, command.contact_id), self._book.staff(work, command.organisation_id)
