"""Looking at pipeline records: lists, one with its stages, notes, history and conversations."""

# No postponed annotations here: FastAPI could not resolve a local type.
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from recado_chassis.http.pages import caught_up
from recado_chassis.streams import Streams
from starlette.responses import Response

from crm.adapters.http.people import Paging, Search, talks_page, viewing
from crm.adapters.http.showing import as_line, as_note, as_record, as_stage
from crm.domain.refusals import UnknownPipelineRecord
from crm.views import EntryQuestions, Filters, Row, Viewer


def _filters(
    search: Search = None,
    owner_id: UUID | None = None,
    contact_id: UUID | None = None,
    company_id: UUID | None = None,
    pipeline_id: UUID | None = None,
    stage_id: UUID | None = None,
) -> Filters:
    return Filters(search, owner_id, contact_id, company_id, pipeline_id, stage_id)


Filtering = Annotated[Filters, Depends(_filters)]


def record_looks(streams: Streams, entries: EntryQuestions) -> APIRouter:
    router = APIRouter(prefix="/pipeline-records", tags=["pipeline records"], dependencies=[Depends(caught_up)])
    Viewing = Annotated[Viewer, Depends(viewing(streams))]  # noqa: N806 (a type, though a local one)

    @router.get("")
    def records(at: Paging, who: Viewing, filters: Filtering) -> Response:
        rows = entries.records_of(who, filters, UUID(at.after[0]) if at.after else None, at.fetch)
        return at.answer(rows, lambda row: [str(row["pipeline_record_id"])], as_record)

    @router.get("/{pipeline_record_id}")
    def record(pipeline_record_id: UUID, who: Viewing) -> Row:
        return as_record(_found(entries, who, pipeline_record_id))

    @router.get("/{pipeline_record_id}/stages")
    def stages(pipeline_record_id: UUID, who: Viewing) -> Row:
        _found(entries, who, pipeline_record_id)
        return {"items": [as_stage(row) for row in entries.stages_of(pipeline_record_id)], "next_cursor": None}

    @router.get("/{pipeline_record_id}/conversations")
    def conversations(pipeline_record_id: UUID, at: Paging, who: Viewing) -> Response:
        contact_id = _found(entries, who, pipeline_record_id)["contact_id"]
        if contact_id is None:
            return at.answer([], list)
        return talks_page(at, partial(entries.conversations_of, who, Filters(contact_id=contact_id)))

    @router.get("/{pipeline_record_id}/notes")
    def notes(pipeline_record_id: UUID, at: Paging, who: Viewing) -> Response:
        _found(entries, who, pipeline_record_id)
        rows = entries.notes_of(pipeline_record_id, UUID(at.after[0]) if at.after else None, at.fetch)
        return at.answer(rows, lambda row: [str(row["note_id"])], as_note)

    @router.get("/{pipeline_record_id}/history")
    def history(pipeline_record_id: UUID, at: Paging, who: Viewing) -> Response:
        _found(entries, who, pipeline_record_id)
        rows = entries.history_of(pipeline_record_id, at.after[0] if at.after else None, at.fetch)
        return at.answer(rows, lambda row: [row["position"]], as_line)

    return router


def _found(entries: EntryQuestions, who: Viewer, record_id: UUID) -> Row:
    row = entries.record(who, record_id)
    if row is None:
        raise UnknownPipelineRecord
    return row
