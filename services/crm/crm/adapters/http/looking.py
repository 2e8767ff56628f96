"""Looking at contacts: lists, search, one with its notes, history and conversations."""

# No postponed annotations here: FastAPI could not resolve a local type.
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from recado_chassis.http.pages import caught_up
from recado_chassis.streams import Streams
from starlette.responses import Response

from crm.adapters.http.people import Paging, Search, talks_page, viewing
from crm.adapters.http.showing import as_contact, as_line, as_note, as_record
from crm.domain.refusals import UnknownContact
from crm.views import EntryQuestions, Filters, Questions, Row, Viewer


def looking_routes(streams: Streams, questions: Questions, entries: EntryQuestions) -> APIRouter:
    router = APIRouter(prefix="/contacts", tags=["contacts"], dependencies=[Depends(caught_up)])
    Viewing = Annotated[Viewer, Depends(viewing(streams))]  # noqa: N806 (a type, though a local one)

    @router.get("")
    def contacts(at: Paging, who: Viewing, search: Search = None, owner_id: UUID | None = None) -> Response:
        after = (at.after[0], UUID(at.after[1])) if at.after else None
        rows = questions.contacts_of(who, Filters(search=search, owner_id=owner_id), after, at.fetch)
        return at.answer(rows, lambda row: [row["sort_key"], str(row["contact_id"])], as_contact)

    @router.get("/{contact_id}")
    def contact(contact_id: UUID, who: Viewing) -> Row:
        return as_contact(_found(questions, who, contact_id))

    @router.get("/{contact_id}/notes")
    def notes(contact_id: UUID, at: Paging, who: Viewing) -> Response:
        _found(questions, who, contact_id)
        rows = questions.notes_of(contact_id, UUID(at.after[0]) if at.after else None, at.fetch)
        return at.answer(rows, lambda row: [str(row["note_id"])], as_note)

    @router.get("/{contact_id}/history")
    def history(contact_id: UUID, at: Paging, who: Viewing) -> Response:
        _found(questions, who, contact_id)
        rows = questions.history_of(contact_id, at.after[0] if at.after else None, at.fetch)
        return at.answer(rows, lambda row: [row["position"]], as_line)

    @router.get("/{contact_id}/conversations")
    def conversations(contact_id: UUID, at: Paging, who: Viewing) -> Response:
        _found(questions, who, contact_id)
        return talks_page(at, partial(questions.conversations_of, contact_id))

    @router.get("/{contact_id}/pipeline-records")
    def records(contact_id: UUID, at: Paging, who: Viewing) -> Response:
        _found(questions, who, contact_id)
        rows = entries.records_of(
            who, Filters(contact_id=contact_id), UUID(at.after[0]) if at.after else None, at.fetch
        )
        return at.answer(rows, lambda row: [str(row["pipeline_record_id"])], as_record)

    return router


def _found(questions: Questions, who: Viewer, contact_id: UUID) -> Row:
    row = questions.contact(who, contact_id)
    if row is None:
        raise UnknownContact
    return row
