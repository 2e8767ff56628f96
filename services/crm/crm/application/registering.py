"""What people do with companies."""

from __future__ import annotations

from recado_chassis.work import Work
from recado_events.envelope import Cause

from crm.application.book import Book
from crm.application.conversing import Conversing
from crm.commands import AddCompanyNote, ChangeCompanyOwner, CreateCompany, EditCompany, OnCompany
from crm.domain import company
from crm.domain.company import Company
from crm.domain.staff import Staff


class Registering:
    def __init__(self, book: Book) -> None:
        self._book = book

    def create_company(self, work: Work, command: CreateCompany, cause: Cause) -> None:
        made_in = command.organisation_id, command.conversation_id, command.by
        Conversing(self._book).check_made_from(work, *made_in)
        self._book.record(work, company.create_company(command, *self._at(work, command)), cause)

    def edit_company(self, work: Work, command: EditCompany, cause: Cause) -> None:
        self._book.record(work, company.edit_company(command, *self._at(work, command)), cause)

    def change_owner(self, work: Work, command: ChangeCompanyOwner, cause: Cause) -> None:
        self._book.record(work, company.change_company_owner(command, *self._at(work, command)), cause)

    def add_note(self, work: Work, command: AddCompanyNote, cause: Cause) -> None:
        self._book.record(work, company.add_company_note(command, *self._at(work, command)), cause)

    def _at(self, work: Work, command: OnCompany) -> tuple[Company, Staff]:
        return self._book.company(work, command.company_id), self._book.staff(work, command.organisation_id)
