"""The rows of companies and pipeline records, and which company a contact belongs to."""

from __future__ import annotations

from recado_events import crm as told
from recado_events.event import Event

from crm.domain.contact import NAME
from crm.domain.private import ContactImportPartTaken
from crm.views.change import Change, Changes, as_json, of_entry
from crm.views.folding import searched, sort_key
from crm.views.history import entry_line

Noted = told.CompanyNoteAdded | told.PipelineRecordNoteAdded
Edited = told.CompanyFieldsEdited | told.PipelineRecordFieldsEdited


def entry_changes(event: Event, position: int) -> Changes:
    """Events that no screen shows change nothing."""
    if isinstance(event, told.OfCompany):
        yield from _company(event)
        yield entry_line(event, event.company_id, position)
    elif isinstance(event, told.OfPipelineRecord):
        yield from _record(event, position)
        yield entry_line(event, event.pipeline_record_id, position)
    elif isinstance(event, ContactImportPartTaken):
        for row in event.rejected:
            values = {"import_id": event.import_id, "row": row.row, "column_name": row.column, "rule": row.rule}
            yield Change("rejected", values)
    elif isinstance(event, told.ContactCompanyChosen):
        yield Change("belongs", {"contact_id": event.contact_id, "company_id": event.company_id})


def _company(event: told.OfCompany) -> Changes:
    match event:
        case told.CompanyCreated():
            names = ("origin", "owner_id", "conversation_id", "message_id")
            values = {name: getattr(event, name) for name in names}
            yield of_entry(event, event.company_id, "company", at=event.created_at, **values)
            yield from _field(event, event.company_id, NAME, event.personal.name if event.personal else None)
        case told.CompanyOwnerChanged():
            yield of_entry(event, event.company_id, "company_owner", owner_id=event.owner_id, at=event.changed_at)
        case told.CompanyFieldsEdited():
            yield from _edits(event, event.company_id)
        case told.CompanyNoteAdded():
            yield _note(event, event.company_id)


def _record(event: told.OfPipelineRecord, position: int) -> Changes:
    record_id = event.pipeline_record_id
    match event:
        case told.PipelineRecordOpened():
            left_out = {"organisation_id", "pipeline_record_id", "opened_at", "personal"}
            values = event.model_dump(exclude=left_out)
            yield of_entry(event, record_id, "record", at=event.opened_at, **values)
            yield from _stage(event, position, event.opened_by)
            yield from _field(event, record_id, NAME, event.personal.name if event.personal else None)
        case told.PipelineRecordMoved():
            at, where = event.moved_at, {"pipeline_id": event.pipeline_id, "stage_id": event.stage_id}
            yield of_entry(event, record_id, "record_moved", at=at, **where)
            yield from _stage(event, position, event.moved_by)
        case told.PipelineRecordAmountSet():
            worth = {"amount": event.amount, "currency": event.currency}
            yield of_entry(event, record_id, "record_amount", at=event.set_at, **worth)
        case told.PipelineRecordRelated():
            ids = {"contact_id": event.contact_id, "company_id": event.company_id}
            yield of_entry(event, record_id, "record_related", at=event.related_at, **ids)
        case told.PipelineRecordOwnerChanged():
            yield of_entry(event, record_id, "record_owner", owner_id=event.owner_id, at=event.changed_at)
        case told.PipelineRecordFieldsEdited():
            yield from _edits(event, record_id)
        case told.PipelineRecordNoteAdded():
            yield _note(event, record_id)


def _stage(event: told.PipelineRecordOpened | told.PipelineRecordMoved, position: int, by: object) -> Changes:
    where = {"pipeline_id": event.pipeline_id, "stage_id": event.stage_id, "by": by}
    yield of_entry(event, event.pipeline_record_id, "stage_left", at=event.happened_at)
    yield of_entry(event, event.pipeline_record_id, "stage", at=event.happened_at, position=position, **where)


def _edits(event: Edited, entry_id: object) -> Changes:
    for edit in event.personal.edits if event.personal else ():
        yield from _field(event, entry_id, edit.field, edit.after)


def _field(event: told.OfCompany | told.OfPipelineRecord, entry_id: object, name: str, value: object) -> Changes:
    yield of_entry(event, entry_id, "field", field=name, value=as_json(value))
    if name == NAME:
        kind = "company" if isinstance(event, told.OfCompany) else "record"
        yield of_entry(event, entry_id, f"{kind}_sorted", sort_key=sort_key(value), at=event.happened_at)
        yield of_entry(event, entry_id, "searched", text=searched(value))


def _note(event: Noted, entry_id: object) -> Change:
    return of_entry(
        event,
        entry_id,
        "note",
        note_id=event.note_id,
        message_id=event.message_id,
        added_by=event.added_by,
        added_at=event.added_at,
        text=as_json(event.personal.text) if event.personal else None,
    )
