"""What people do with pipeline records: move, price, relate, edit, give away, add notes."""

from __future__ import annotations

from recado_events.crm import (
    Edits,
    NoteText,
    PipelineRecordAmountSet,
    PipelineRecordFieldsEdited,
    PipelineRecordMoved,
    PipelineRecordNoteAdded,
    PipelineRecordOwnerChanged,
    PipelineRecordRelated,
)
from recado_events.event import Event

from crm.commands import (
    AddPipelineRecordNote,
    ChangePipelineRecordOwner,
    EditPipelineRecord,
    MovePipelineRecord,
    OnPipelineRecord,
    RelatePipelineRecord,
    SetAmount,
)
from crm.domain.entry import edits_of
from crm.domain.money import check_amount
from crm.domain.opening import Related
from crm.domain.pipeline_record import PipelineRecord
from crm.domain.refusals import UnknownPipelineRecord, UnknownStage, UnknownUser
from crm.domain.setup import Setup
from crm.domain.staff import Staff


def _check(command: OnPipelineRecord, record: PipelineRecord, staff: Staff) -> None:
    if record.organisation_id != command.organisation_id:
        raise UnknownPipelineRecord
    staff.check_may_change(command.by, record.owner_id, UnknownPipelineRecord)


def move_record(command: MovePipelineRecord, record: PipelineRecord, setup: Setup, staff: Staff) -> list[Event]:
    _check(command, record, staff)
    if record.stage_id == command.stage_id or record.stage_id is None:
        return []
    place = setup.place(command.stage_id)
    if place is None:
        raise UnknownStage
    return [
        PipelineRecordMoved(
            organisation_id=command.organisation_id,
            pipeline_record_id=command.pipeline_record_id,
            pipeline_id=place[0],
            stage_id=command.stage_id,
            previous_stage_id=record.stage_id,
            outcome=place[1].outcome,
            moved_by=command.by.user_id,
            moved_at=command.now,
        )
    ]


def set_amount(command: SetAmount, record: PipelineRecord, staff: Staff) -> list[Event]:
    _check(command, record, staff)
    check_amount(command.amount)
    if record.amount == command.amount:
        return []
    after, before = command.amount, record.amount
    return [
        PipelineRecordAmountSet(
            organisation_id=command.organisation_id,
            pipeline_record_id=command.pipeline_record_id,
            amount=after.minor if after else None,
            currency=after.currency if after else None,
            previous_amount=before.minor if before else None,
            previous_currency=before.currency if before else None,
            set_by=command.by.user_id,
            set_at=command.now,
        )
    ]


def relate_record(command: RelatePipelineRecord, record: PipelineRecord, related: Related, staff: Staff) -> list[Event]:
    _check(command, record, staff)
    if (record.contact_id, record.company_id) == (command.contact_id, command.company_id):
        return []
    related.check(command, staff)
    return [
        PipelineRecordRelated(
            organisation_id=command.organisation_id,
            pipeline_record_id=command.pipeline_record_id,
            contact_id=command.contact_id,
            company_id=command.company_id,
            related_by=command.by.user_id,
            related_at=command.now,
        )
    ]


def edit_record(command: EditPipelineRecord, record: PipelineRecord, staff: Staff) -> list[Event]:
    _check(command, record, staff)
    edits = edits_of(record.values, command.values)
    if not edits:
        return []
    return [
        PipelineRecordFieldsEdited(
            organisation_id=command.organisation_id,
            pipeline_record_id=command.pipeline_record_id,
            fields=tuple(edit.field for edit in edits),
            edited_by=command.by.user_id,
            edited_at=command.now,
            personal=Edits(edits=edits),
        )
    ]


def change_record_owner(command: ChangePipelineRecordOwner, record: PipelineRecord, staff: Staff) -> list[Event]:
    _check(command, record, staff)
    if not staff.serves(command.owner_id):
        raise UnknownUser(user_id=str(command.owner_id))
    if record.owner_id == command.owner_id:
        return []
    return [
        PipelineRecordOwnerChanged(
            organisation_id=command.organisation_id,
            pipeline_record_id=command.pipeline_record_id,
            owner_id=command.owner_id,
            previous_id=record.owner_id,
            why="person",
            changed_by=command.by.user_id,
            changed_at=command.now,
        )
    ]


def add_record_note(command: AddPipelineRecordNote, record: PipelineRecord, staff: Staff) -> list[Event]:
    _check(command, record, staff)
    if command.note_id in record.notes:
        return []
    return [
        PipelineRecordNoteAdded(
            organisation_id=command.organisation_id,
            pipeline_record_id=command.pipeline_record_id,
            note_id=command.note_id,
            message_id=command.message_id,
            added_by=command.by.user_id,
            added_at=command.now,
            personal=NoteText(text=command.text),
        )
    ]
