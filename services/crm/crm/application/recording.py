"""What people do with contacts."""

from __future__ import annotations

from recado_chassis.work import Work
from recado_events.envelope import Cause

from crm.application.book import Book
from crm.commands import AddNote, ChangeOwner, EditFields, OnContact
from crm.domain import record
from crm.domain.contact import Contact
from crm.domain.staff import Staff


class Recording:
    def __init__(self, book: Book) -> None:
        self._book = book

    def edit_fields(self, work: Work, command: EditFields, cause: Cause) -> None:
        self._book.record(work, record.edit_fields(command, *self._at(work, command)), cause)

    def change_owner(self, work: Work, command: ChangeOwner, cause: Cause) -> None:
        self._book.record(work, record.change_owner(command, *self._at(work, command)), cause)

    def add_note(self, work: Work, command: AddNote, cause: Cause) -> None:
        self._book.record(work, record.add_note(command, *self._at(work, command)), cause)

    def _at(self, work: Work, command: OnContact) -> tuple[Contact, Staff]:
        return self._book.contact(work, command.contact_id), self._book.staff(work, command.organisation_id)
