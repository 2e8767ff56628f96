"""Imports of contacts, a part a transaction; exports, which are remembered."""

from __future__ import annotations

from typing import Any

from recado_chassis.ports import Ids
from recado_chassis.service import Refusal
from recado_chassis.work import Work
from recado_events.envelope import Cause
from recado_events.ids import ContactId

from crm.application.book import Book
from crm.application.recording import Recording
from crm.commands import (
    CreateContact,
    EditFields,
    ExportContacts,
    FinishImport,
    ImportRow,
    StartImport,
    TakePart,
)
from crm.domain import importing
from crm.domain.importing import Import
from crm.domain.private import RejectedRow
from crm.domain.refusals import OtherNumber, UnknownContact


class Importing:
    def __init__(self, book: Book, recording: Recording, ids: Ids) -> None:
        self._book = book
        self._recording = recording
        self._ids = ids

    def start_import(self, work: Work, command: StartImport, cause: Cause) -> None:
        known, staff = self._book.imported(work, command.import_id), self._book.staff(work, command.organisation_id)
        setup = self._book.setup(work, command.organisation_id)
        self._book.record(work, importing.start_import(command, known, setup, staff), cause)

    def take_part(self, work: Work, command: TakePart, cause: Cause) -> Import:
        """Rows that cannot be taken are rejected one by one; nothing of them is left."""
        book, staff = self._book, self._book.staff(work, command.organisation_id)
        before = book.imported(work, command.import_id)
        if not importing.is_next(command, before, staff):
            return before
        effects = {"created": 0, "changed": 0, "unchanged": 0}
        rejected: list[RejectedRow] = []
        for number, row in enumerate(command.rows, start=before.rows + 1):
            to = work.savepoint()
            try:
                effects[self._take(work, command, row, cause)] += 1
            except Refusal as refusal:
                work.roll_back(to)
                column = str(refusal.details.get("field", ""))
                rejected.append(RejectedRow(row=number, column=row.column or column, rule=row.rule or refusal.rule))
        facts = importing.take_part(command, effects["created"], effects["changed"], tuple(rejected))
        book.record(work, facts, cause)
        return book.imported(work, command.import_id)

    def finish_import(self, work: Work, command: FinishImport, cause: Cause) -> Import:
        known, staff = self._book.imported(work, command.import_id), self._book.staff(work, command.organisation_id)
        self._book.record(work, importing.finish_import(command, known, staff), cause)
        return self._book.imported(work, command.import_id)

    def export_contacts(self, work: Work, command: ExportContacts, cause: Cause) -> None:
        staff = self._book.staff(work, command.organisation_id)
        self._book.record(work, importing.export_contacts(command, staff), cause)

    def _take(self, work: Work, command: TakePart, row: ImportRow, cause: Cause) -> str:
        """What became of a row: who is known is changed, with what the row says; else a contact is made."""
        if row.values is None:
            if not row.rule:
                return "unchanged"
            raise Refusal(row.rule)
        org = command.organisation_id
        known = self._known(work, command, row)
        on: dict[str, Any] = {"organisation_id": org, "by": command.by, "now": command.now}
        values = {name: value for name, value in row.values.items() if value is not None}
        if known is None:
            made = CreateContact(
                **on, contact_id=ContactId(self._ids.new()), number=row.number, values=values, origin="import"
            )
            self._recording.create_contact(work, made, cause)
            return "created"
        _, before, _ = work.savepoint()
        self._recording.edit_fields(work, EditFields(**on, contact_id=known, values=values), cause)
        return "changed" if work.savepoint()[1] > before else "unchanged"

    def _known(self, work: Work, command: TakePart, row: ImportRow) -> ContactId | None:
        """By its id, as whoever it is met now; else by its number. A number that the contact does not have is not lost
        in silence: which ones it has is told by who writes."""
        if row.contact_id is None:
            return self._book.with_number(work, command.organisation_id, row.number) if row.number else None
        if self._book.contact(work, row.contact_id).organisation_id != command.organisation_id:
            raise UnknownContact(field="contact_id")
        known = self._book.survivor(work, row.contact_id)
        if row.number and all(alias.value != row.number for alias in self._book.contact(work, known).aliases):
            raise OtherNumber(field="phone")
        return known
