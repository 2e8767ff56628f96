"""Events of crm about pipelines and pipeline records as commands."""

from __future__ import annotations

from typing import Any

from recado_events import crm

from conversations.commands import NotePipeline, NotePipelineRecord

RECORDS: tuple[type[crm.OfPipelineRecord], ...] = (
    crm.PipelineRecordOpened,
    crm.PipelineRecordMoved,
    crm.PipelineRecordAmountSet,
    crm.PipelineRecordRelated,
    crm.PipelineRecordFieldsEdited,
    crm.PipelineRecordOwnerChanged,
)


def pipeline_of(event: crm.PipelineDefined) -> NotePipeline:
    return NotePipeline(
        organisation_id=event.organisation_id,
        pipeline_id=event.pipeline_id,
        stages={stage.stage_id: stage.name for stage in event.stages},
        now=event.happened_at,
    )


def record_of(event: crm.OfPipelineRecord) -> NotePipelineRecord:
    return NotePipelineRecord(
        organisation_id=event.organisation_id,
        pipeline_record_id=event.pipeline_record_id,
        now=event.happened_at,
        **_told(event),
    )


def _told(event: crm.OfPipelineRecord) -> dict[str, Any]:
    match event:
        case crm.PipelineRecordOpened():
            return {
                "name": event.personal.name if event.personal else None,
                "place": (event.pipeline_id, event.stage_id),
                "contact": (event.contact_id,),
                "amount": (event.amount, event.currency),
                "owner": (event.owner_id,),
                "conversation_id": event.conversation_id,
            }
        case crm.PipelineRecordMoved():
            return {"place": (event.pipeline_id, event.stage_id)}
        case crm.PipelineRecordAmountSet():
            return {"amount": (event.amount, event.currency)}
        case crm.PipelineRecordRelated():
            return {"contact": (event.contact_id,)}
        case crm.PipelineRecordOwnerChanged():
            return {"owner": (event.owner_id,)}
        case crm.PipelineRecordFieldsEdited():
            edits = event.personal.edits if event.personal else ()
            named = [edit.after for edit in edits if edit.field == "name" and isinstance(edit.after, str)]
            return {"name": named[-1]} if named else {}
    return {}
