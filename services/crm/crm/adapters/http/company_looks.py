"""Looking at companies: lists, search, one with all that is related to it."""

# No postponed annotations here: FastAPI could not resolve a local type.
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from recado_chassis.http.pages import caught_up
from recado_chassis.streams import Streams
from starlette.responses import Response

from crm.adapters.http.people import Paging, Search, talks_page, viewing
from crm.adapters.http.showing import as_company, as_contact, as_line, as_note, as_record
from crm.domain.refusals import UnknownCompany
from crm.views import EntryQuestions, Filters, Questions, Row, Viewer


def company_looks(streams: Streams, entries: EntryQuestions, contacts: Questions) -> APIRouter:
    router = APIRouter(prefix="/companies", tags=["companies"], dependencies=[Depends(caught_up)])
    Viewing = Annotated[Viewer, Depends(viewing(streams))]  # noqa: N806 (a type, though a local one)

    @router.get("")
    def companies(at: Paging, who: Viewing, search: Search = None, owner_id: UUID | None = None) -> Response:
        after = (at.after[0], UUID(at.after[1])) if at.after else None
        rows = entries.companies_of(who, Filters(search=search, owner_id=owner_id), after, at.fetch)
        return at.answer(rows, lambda row: [row["sort_key"], str(row["company_id"])], as_company)

    @router.get("/{company_id}")
    def company(company_id: UUID, who: Viewing) -> Row:
        return as_company(_found(entries, who, company_id))

    @router.get("/{company_id}/contacts")
    def its_contacts(company_id: UUID, at: Paging, who: Viewing) -> Response:
        _found(entries, who, company_id)
        after = (at.after[0], UUID(at.after[1])) if at.after else None
        rows = contacts.contacts_of(who, Filters(company_id=company_id), after, at.fetch)
        return at.answer(rows, lambda row: [row["sort_key"], str(row["contact_id"])], as_contact)

    @router.get("/{company_id}/pipeline-records")
    def its_records(company_id: UUID, at: Paging, who: Viewing) -> Response:
        _found(entries, who, company_id)
        after = UUID(at.after[0]) if at.after else None
        rows = entries.records_of(who, Filters(company_id=company_id), after, at.fetch)
        return at.answer(rows, lambda row: [str(row["pipeline_record_id"])], as_record)

    @router.get("/{company_id}/conversations")
    def its_conversations(company_id: UUID, at: Paging, who: Viewing) -> Response:
        _found(entries, who, company_id)
        return talks_page(at, partial(entries.conversations_of, who, Filters(company_id=company_id)))

    @router.get("/{company_id}/notes")
    def notes(company_id: UUID, at: Paging, who: Viewing) -> Response:
        _found(entries, who, company_id)
        rows = entries.notes_of(company_id, UUID(at.after[0]) if at.after else None, at.fetch)
        return at.answer(rows, lambda row: [str(row["note_id"])], as_note)

    @router.get("/{company_id}/history")
    def history(company_id: UUID, at: Paging, who: Viewing) -> Response:
        _found(entries, who, company_id)
        rows = entries.history_of(company_id, at.after[0] if at.after else None, at.fetch)
        return at.answer(rows, lambda row: [row["position"]], as_line)

    return router


def _found(entries: EntryQuestions, who: Viewer, company_id: UUID) -> Row:
    row = entries.company(who, company_id)
    if row is None:
        raise UnknownCompany
    return row
