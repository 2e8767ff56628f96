"""What people do with pipeline records."""

from __future__ import annotations

from recado_chassis.work import Work
from recado_events.envelope import Cause
from recado_events.ids import CompanyId, ContactId

from crm.application.book import Book
from crm.application.conversing import Conversing
from crm.commands import (
    AddPipelineRecordNote,
    ChangePipelineRecordOwner,
    EditPipelineRecord,
    MovePipelineRecord,
    OnPipelineRecord,
    OpenPipelineRecord,
    RelatePipelineRecord,
    SetAmount,
)
from crm.domain import opening, selling
from crm.domain.opening import Related
from crm.domain.pipeline_record import PipelineRecord
from crm.domain.staff import Staff


class Selling:
    def __init__(self, book: Book) -> None:
        self._book = book

    def open_record(self, work: Work, command: OpenPipelineRecord, cause: Cause) -> None:
        made_in = command.organisation_id, command.conversation_id, command.by
        Conversing(self._book).check_made_from(work, *made_in)
        record, staff = self._at(work, command)
        setup = self._book.setup(work, command.organisation_id)
        related = self._related(work, command.contact_id, command.company_id)
        self._book.record(work, opening.open_record(command, record, setup, related, staff), cause)

    def move_record(self, work: Work, command: MovePipelineRecord, cause: Cause) -> None:
        record, staff = self._at(work, command)
        setup = self._book.setup(work, command.organisation_id)
        self._book.record(work, selling.move_record(command, record, setup, staff), cause)

    def set_amount(self, work: Work, command: SetAmount, cause: Cause) -> None:
        self._book.record(work, selling.set_amount(command, *self._at(work, command)), cause)

    def relate_record(self, work: Work, command: RelatePipelineRecord, cause: Cause) -> None:
        record, staff = self._at(work, command)
        related = self._related(work, command.contact_id, command.company_id)
        self._book.record(work, selling.relate_record(command, record, related, staff), cause)

    def edit_record(self, work: Work, command: EditPipelineRecord, cause: Cause) -> None:
        self._book.record(work, selling.edit_record(command, *self._at(work, command)), cause)

    def change_owner(self, work: Work, command: ChangePipelineRecordOwner, cause: Cause) -> None:
        self._book.record(work, selling.change_record_owner(command, *self._at(work, command)), cause)

    def add_note(self, work: Work, command: AddPipelineRecordNote, cause: Cause) -> None:
        self._book.record(work, selling.add_record_note(command, *self._at(work, command)), cause)

    def _related(self, work: Work, contact_id: ContactId | None, company_id: CompanyId | None) -> Related:
        return Related(
            None if contact_id is None else self._book.contact(work, contact_id),
            None if company_id is None else self._book.company(work, company_id),
        )

    def _at(self, work: Work, command: OnPipelineRecord) -> tuple[PipelineRecord, Staff]:
        return (
            self._book.pipeline_record(work, command.pipeline_record_id),
            self._book.staff(work, command.organisation_id),
        )
