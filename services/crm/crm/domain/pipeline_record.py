"""A pipeline record: what may be sold, at a stage of a pipeline, for how much; every change tells by whom."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType

from recado_events.crm import (
    PipelineRecordAmountSet,
    PipelineRecordFieldsEdited,
    PipelineRecordMoved,
    PipelineRecordNoteAdded,
    PipelineRecordOpened,
    PipelineRecordOwnerChanged,
    PipelineRecordRelated,
)
from recado_events.event import Event
from recado_events.ids import CompanyId, ContactId, StageId

from crm.commands import Amount
from crm.domain.contact import NAME
from crm.domain.entry import Entry, edited


@dataclass(frozen=True, slots=True)
class PipelineRecord(Entry):
    stage_id: StageId | None = None
    amount: Amount | None = None
    contact_id: ContactId | None = None
    company_id: CompanyId | None = None


NO_RECORD = PipelineRecord()


def evolve(record: PipelineRecord, event: Event) -> PipelineRecord:
    match event:
        case PipelineRecordOpened():
            return PipelineRecord(
                event.organisation_id,
                event.owner_id,
                MappingProxyType({NAME: event.personal.name if event.personal else None}),
                stage_id=event.stage_id,
                amount=_amount(event.amount, event.currency),
                contact_id=event.contact_id,
                company_id=event.company_id,
            )
        case PipelineRecordMoved():
            return replace(record, stage_id=event.stage_id)
        case PipelineRecordAmountSet():
            return replace(record, amount=_amount(event.amount, event.currency))
        case PipelineRecordRelated():
            return replace(record, contact_id=event.contact_id, company_id=event.company_id)
        case PipelineRecordFieldsEdited():
            return replace(record, values=edited(record.values, event.personal))
        case PipelineRecordOwnerChanged():
            return replace(record, owner_id=event.owner_id)
        case PipelineRecordNoteAdded():
            return replace(record, notes=record.notes | {event.note_id})
    return record


def _amount(minor: int | None, currency: str | None) -> Amount | None:
    return None if minor is None or currency is None else Amount(minor, currency)
