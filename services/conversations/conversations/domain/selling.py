"""Pipelines and pipeline records as crm told of them: whom a chat is with, and what merge fields say (S9, rule 18)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from recado_events.event import Event
from recado_events.ids import ContactId, OrganisationId, PipelineId, StageId, UserId

from conversations.commands import NotePipeline, NotePipelineRecord
from conversations.domain.amounts import amount_text
from conversations.domain.noted import (
    PipelineNoted,
    PipelineRecordNoted,
    RecordAmount,
    RecordContact,
    RecordName,
    RecordOwner,
    RecordPlace,
)


@dataclass(frozen=True, slots=True)
class Pipeline:
    organisation_id: OrganisationId | None = None
    stages: Mapping[StageId, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class PipelineRecord:
    organisation_id: OrganisationId | None = None
    """None: nothing was told of such a record."""
    name: str | None = None
    pipeline_id: PipelineId | None = None
    stage_id: StageId | None = None
    contact_id: ContactId | None = None
    owner_id: UserId | None = None
    amount: int | None = None
    """In minor units of the currency."""
    currency: str | None = None


NO_PIPELINE = Pipeline()
NO_RECORD = PipelineRecord()


def evolve_pipeline(pipeline: Pipeline, event: Event) -> Pipeline:
    match event:
        case PipelineNoted():
            return Pipeline(event.organisation_id, MappingProxyType(dict(event.stages)))
    return pipeline


def evolve_record(record: PipelineRecord, event: Event) -> PipelineRecord:
    match event:
        case PipelineRecordNoted():
            place, amount = event.place, event.amount
            return replace(
                record,
                organisation_id=event.organisation_id,
                name=event.personal.name if event.personal else record.name,
                pipeline_id=place.pipeline_id if place else record.pipeline_id,
                stage_id=place.stage_id if place else record.stage_id,
                contact_id=event.contact.contact_id if event.contact else record.contact_id,
                owner_id=event.owner.owner_id if event.owner else record.owner_id,
                amount=amount.amount if amount else record.amount,
                currency=amount.currency if amount else record.currency,
            )
    return record


def note_pipeline(command: NotePipeline, pipeline: Pipeline) -> list[Event]:
    noted = PipelineNoted(
        organisation_id=command.organisation_id,
        pipeline_id=command.pipeline_id,
        stages=dict(command.stages),
        noted_at=command.now,
    )
    return [] if evolve_pipeline(pipeline, noted) == pipeline else [noted]


def note_record(command: NotePipelineRecord, record: PipelineRecord) -> list[Event]:
    place, contact, amount, owner = command.place, command.contact, command.amount, command.owner
    noted = PipelineRecordNoted(
        organisation_id=command.organisation_id,
        pipeline_record_id=command.pipeline_record_id,
        place=RecordPlace(pipeline_id=place[0], stage_id=place[1]) if place else None,
        contact=RecordContact(contact_id=contact[0]) if contact else None,
        amount=RecordAmount(amount=amount[0], currency=amount[1]) if amount else None,
        owner=RecordOwner(owner_id=owner[0]) if owner else None,
        conversation_id=command.conversation_id,
        noted_at=command.now,
        personal=None if command.name is None else RecordName(name=command.name),
    )
    return [] if evolve_record(record, noted) == record else [noted]


def record_values(record: PipelineRecord, pipeline: Pipeline, language: str) -> dict[str, str]:
    """By name of the merge field; what has no value is left out. `language`: of the template, which says how an amount
    is written."""
    has_amount = record.amount is not None and record.currency is not None
    told = {
        "pipeline_record.name": record.name,
        "pipeline_record.stage": pipeline.stages.get(record.stage_id) if record.stage_id else None,
        "pipeline_record.amount": amount_text(record.amount or 0, record.currency or "", language)
        if has_amount
        else None,
    }
    return {name: value for name, value in told.items() if value}
