"""Contacts in and out as CSV, for administrators: a file comes in parts, and every row is accounted for."""
# No postponed annotations here: FastAPI could not resolve a local type.

from collections.abc import Iterator
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path
from pydantic import AfterValidator, Field
from recado_chassis.caller import Caller
from recado_chassis.http.callers import caller
from recado_chassis.http.commands import Asked, asked, perform
from recado_chassis.http.models import RequestModel
from recado_chassis.http.pages import caught_up
from recado_chassis.ports import Ids
from recado_chassis.streams import Streams
from recado_chassis.work import Work
from starlette.responses import Response, StreamingResponse

from crm.adapters.http.people import Paging, person_of
from crm.adapters.http.people import SettingUp as Asking
from crm.adapters.http.pipelines import setup_of
from crm.adapters.http.spreadsheet import as_csv, is_column, rows_in
from crm.application import Importing
from crm.application.folds import FOLDS
from crm.commands import ExportContacts, FinishImport, StartImport, TakePart
from crm.domain.importing import Import
from crm.domain.refusals import UnknownImport
from crm.views import EntryQuestions, Filters, Questions, Row, Viewer

Looking = Annotated[Caller, Depends(caller("administrator"))]
Exporting = Annotated[Asked, Depends(asked("administrator", recorded=True))]
Part = Annotated[int, Path(ge=1, le=1_000_000)]
_PAGE = 500


def _columns(told: list[str | None]) -> list[str | None]:
    named = [each for each in told if each is not None]
    if not named or len(set(named)) != len(named) or not all(map(is_column, named)):
        raise ValueError("each a field of contacts, once")
    return told


class ImportBody(RequestModel):
    columns: Annotated[list[str | None], Field(min_length=1, max_length=200), AfterValidator(_columns)]
    """The field that each column of the file holds; null: the column is passed over, as `other_phones` is. A row is of
    the contact that its `contact_id` names, else of the one with its `phone`, else of a new one."""


class PartBody(RequestModel):
    csv: Annotated[str, Field(min_length=1, max_length=900_000)]
    """Whole rows of the file, 500 at most, without its header."""


def import_routes(streams: Streams, importing: Importing, ids: Ids) -> APIRouter:
    router = APIRouter(prefix="/imports", tags=["imports"])

    @router.post("", status_code=201)
    def start(body: ImportBody, request: Asking) -> Response:
        command = StartImport(**_on(ids.new(), request), columns=tuple(body.columns))

        def decide(work: Work) -> Row:
            importing.start_import(work, command, request.cause)
            return {"import_id": str(command.import_id)}

        return perform(streams, request, decide, status=201)

    @router.put("/{import_id}/parts/{part}")
    def take(import_id: UUID, part: Part, body: PartBody, request: Asking) -> Response:
        """A part that was taken already changes nothing: repeat it when in doubt."""
        known = _import(streams, request.caller.organisation, import_id)
        rows = rows_in(body.csv, known.columns, setup_of(streams, request.caller.organisation).fields)
        command = TakePart(**_on(import_id, request), part=part, rows=rows)

        def decide(work: Work) -> Row:
            return _shown(import_id, importing.take_part(work, command, request.cause))

        return perform(streams, request, decide)

    @router.post("/{import_id}/finish")
    def finish(import_id: UUID, request: Asking) -> Response:
        command = FinishImport(**_on(import_id, request))

        def decide(work: Work) -> Row:
            return _shown(import_id, importing.finish_import(work, command, request.cause))

        return perform(streams, request, decide)

    @router.get("/{import_id}")
    def progress(import_id: UUID, who: Looking) -> Row:
        return _shown(import_id, _import(streams, who.organisation, import_id))

    return router


def report_routes(streams: Streams, importing: Importing, contacts: Questions, entries: EntryQuestions) -> APIRouter:
    router = APIRouter(tags=["imports"], dependencies=[Depends(caught_up)])

    @router.get("/imports/{import_id}/rejected")
    def rejected(import_id: UUID, at: Paging, who: Looking) -> Response:
        _import(streams, who.organisation, import_id)
        rows = entries.rejected_of(import_id, at.after[0] if at.after else None, at.fetch)
        return at.answer(rows, lambda row: [row["row"]], _rejected)

    @router.get("/contacts.csv", responses={200: {"content": {"text/csv": {}}}}, response_class=StreamingResponse)
    def export(request: Exporting) -> Response:
        who = request.caller
        command = ExportContacts(organisation_id=who.organisation, by=person_of(who), now=request.now)
        streams.transact(lambda work: importing.export_contacts(work, command, request.cause))
        fields = setup_of(streams, who.organisation).fields
        pages = _pages(contacts, Viewer(who.organisation, who.user_id, own_only=False))
        headers = {"Content-Disposition": 'attachment; filename="contacts.csv"', "X-Content-Type-Options": "nosniff"}
        return StreamingResponse(as_csv(pages, tuple(fields)), media_type="text/csv; charset=utf-8", headers=headers)

    return router


def _pages(contacts: Questions, viewer: Viewer) -> Iterator[list[Row]]:
    after: tuple[str, UUID] | None = None
    while rows := contacts.contacts_of(viewer, Filters(), after, _PAGE):
        yield [row for row in rows if row["superseded_by"] is None]
        after = rows[-1]["sort_key"], rows[-1]["contact_id"]


def _import(streams: Streams, organisation_id: UUID, import_id: UUID) -> Import:
    found: Import = streams.read(f"import-{import_id}", FOLDS["import"])
    if found.organisation_id != organisation_id:
        raise UnknownImport
    return found


def _shown(import_id: UUID, known: Import) -> Row:
    """Every row is counted once: rows = created + changed + unchanged + rejected."""
    names = ("rows", "created", "changed", "unchanged", "rejected", "parts")
    counts = {name: getattr(known, name) for name in names}
    return {"import_id": str(import_id), "state": "finished" if known.finished else "open", **counts}


def _rejected(row: Row) -> Row:
    return {"row": row["row"], "column": row["column_name"], "rule": row["rule"]}


def _on(import_id: UUID, request: Asked) -> dict[str, Any]:
    return {
        "organisation_id": request.caller.organisation,
        "import_id": import_id,
        "by": person_of(request.caller),
        "now": request.now,
    }
