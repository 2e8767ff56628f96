"""Pipeline records: opened, moved, priced, related, edited, given away, noted."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field
from recado_chassis.http.commands import Asked, perform
from recado_chassis.http.models import RequestModel
from recado_chassis.ports import Ids
from recado_chassis.streams import Streams
from recado_chassis.work import Work
from recado_events.ids import CompanyId, ContactId, ConversationId, MessageId, NoteId, PipelineRecordId, StageId, UserId
from starlette.responses import Response

from crm.adapters.http.bodies import AmountBody, Name, NoteBody, OwnerBody
from crm.adapters.http.people import Changing, person_of
from crm.application import Selling
from crm.commands import (
    AddPipelineRecordNote,
    ChangePipelineRecordOwner,
    EditPipelineRecord,
    MovePipelineRecord,
    OpenPipelineRecord,
    RelatePipelineRecord,
    SetAmount,
)
from crm.views import Row

Text = Annotated[str, Field(min_length=1, max_length=10_000)] | None


class RelatedBody(RequestModel):
    """The contact and the company it concerns; null: none."""

    contact_id: UUID | None
    company_id: UUID | None


class RecordBody(RequestModel):
    stage_id: UUID
    name: Name
    amount: AmountBody | None = None
    contact_id: UUID | None = None
    company_id: UUID | None = None
    owner_id: UUID | None = None
    """Whoever asks, where it is left out."""
    conversation_id: UUID | None = None
    message_id: UUID | None = None
    """The message it is made from."""


class RecordFieldsBody(RequestModel):
    """The fields to change; null empties one, though not the name."""

    name: Name = "-"
    description: Text = None
    closes_on: date | None = None


class StageBody(RequestModel):
    stage_id: UUID


class WorthBody(RequestModel):
    amount: AmountBody | None
    """Null: none any more."""


def record_changes(streams: Streams, selling: Selling, ids: Ids) -> APIRouter:
    router = APIRouter(prefix="/pipeline-records", tags=["pipeline records"])
    _add_opening(router, streams, selling, ids)
    _add_selling(router, streams, selling)
    _add_writing(router, streams, selling, ids)
    return router


def opening_of(body: RecordBody, record_id: PipelineRecordId, request: Asked, **more: Any) -> OpenPipelineRecord:
    told = {
        "contact_id": None if body.contact_id is None else ContactId(body.contact_id),
        "company_id": None if body.company_id is None else CompanyId(body.company_id),
        "conversation_id": None if body.conversation_id is None else ConversationId(body.conversation_id),
        "message_id": None if body.message_id is None else MessageId(body.message_id),
        "owner_id": None if body.owner_id is None else UserId(body.owner_id),
    }
    return OpenPipelineRecord(
        **on_record(record_id, request),
        stage_id=StageId(body.stage_id),
        name=body.name,
        amount=body.amount.amount if body.amount else None,
        **{**told, **more},
    )


def _add_opening(router: APIRouter, streams: Streams, selling: Selling, ids: Ids) -> None:
    @router.post("", status_code=201)
    def open_record(body: RecordBody, request: Changing) -> Response:
        command = opening_of(body, PipelineRecordId(ids.new()), request)

        def decide(work: Work) -> Row:
            selling.open_record(work, command, request.cause)
            return {"pipeline_record_id": str(command.pipeline_record_id)}

        return perform(streams, request, decide, status=201)


def _add_selling(router: APIRouter, streams: Streams, selling: Selling) -> None:
    @router.put("/{pipeline_record_id}/stage")
    def move(pipeline_record_id: UUID, body: StageBody, request: Changing) -> Response:
        command = MovePipelineRecord(**on_record(pipeline_record_id, request), stage_id=StageId(body.stage_id))

        def decide(work: Work) -> Row:
            selling.move_record(work, command, request.cause)
            return {"pipeline_record_id": str(pipeline_record_id), "stage_id": str(body.stage_id)}

        return perform(streams, request, decide)

    @router.put("/{pipeline_record_id}/amount")
    def set_amount(pipeline_record_id: UUID, body: WorthBody, request: Changing) -> Response:
        amount = body.amount.amount if body.amount else None
        command = SetAmount(**on_record(pipeline_record_id, request), amount=amount)

        def decide(work: Work) -> Row:
            selling.set_amount(work, command, request.cause)
            return {"pipeline_record_id": str(pipeline_record_id), **body.model_dump()}

        return perform(streams, request, decide)

    @router.put("/{pipeline_record_id}/related")
    def relate(pipeline_record_id: UUID, body: RelatedBody, request: Changing) -> Response:
        command = RelatePipelineRecord(
            **on_record(pipeline_record_id, request),
            contact_id=None if body.contact_id is None else ContactId(body.contact_id),
            company_id=None if body.company_id is None else CompanyId(body.company_id),
        )

        def decide(work: Work) -> Row:
            selling.relate_record(work, command, request.cause)
            return {"pipeline_record_id": str(pipeline_record_id), **body.model_dump(mode="json")}

        return perform(streams, request, decide)


def _add_writing(router: APIRouter, streams: Streams, selling: Selling, ids: Ids) -> None:
    @router.patch("/{pipeline_record_id}")
    def edit(pipeline_record_id: UUID, body: RecordFieldsBody, request: Changing) -> Response:
        values = body.model_dump(mode="json", exclude_unset=True)
        command = EditPipelineRecord(**on_record(pipeline_record_id, request), values=values)

        def decide(work: Work) -> Row:
            selling.edit_record(work, command, request.cause)
            return {"pipeline_record_id": str(pipeline_record_id), "fields": sorted(values)}

        return perform(streams, request, decide)

    @router.put("/{pipeline_record_id}/owner")
    def change_owner(pipeline_record_id: UUID, body: OwnerBody, request: Changing) -> Response:
        command = ChangePipelineRecordOwner(**on_record(pipeline_record_id, request), owner_id=UserId(body.user_id))

        def decide(work: Work) -> Row:
            selling.change_owner(work, command, request.cause)
            return {"pipeline_record_id": str(pipeline_record_id), "owner_id": str(body.user_id)}

        return perform(streams, request, decide)

    @router.post("/{pipeline_record_id}/notes", status_code=201)
    def add_note(pipeline_record_id: UUID, body: NoteBody, request: Changing) -> Response:
        command = AddPipelineRecordNote(
            **on_record(pipeline_record_id, request),
            note_id=NoteId(ids.new()),
            text=body.text,
            message_id=body.made_from,
        )

        def decide(work: Work) -> Row:
            selling.add_note(work, command, request.cause)
            return {"note_id": str(command.note_id)}

        return perform(streams, request, decide, status=201)


def on_record(record_id: UUID, request: Asked) -> dict[str, Any]:
    return {
        "organisation_id": request.caller.organisation,
        "pipeline_record_id": PipelineRecordId(record_id),
        "by": person_of(request.caller),
        "now": request.now,
    }
