"""Companies: made and changed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from recado_chassis.http.commands import Asked, perform
from recado_chassis.http.models import RequestModel
from recado_chassis.ports import Ids
from recado_chassis.streams import Streams
from recado_chassis.work import Work
from recado_events.ids import CompanyId, ConversationId, MessageId, NoteId, UserId
from starlette.responses import Response

from crm.adapters.http.bodies import Email, Name, NoteBody, OwnerBody, Value
from crm.adapters.http.people import Changing, person_of
from crm.application import Registering
from crm.commands import AddCompanyNote, ChangeCompanyOwner, CreateCompany, EditCompany


class CompanyFields(RequestModel):
    """What is left out stays; null empties one."""

    website: Value = None
    email: Email = None
    phone: Value = None
    industry: Value = None
    address: Value = None
    city: Value = None


class NewCompanyBody(CompanyFields):
    name: Name
    conversation_id: UUID | None = None
    message_id: UUID | None = None
    """The message it is made from."""


class CompanyBody(CompanyFields):
    """The fields to change. A company has a name: it cannot be emptied."""

    name: Name = "-"


def company_changes(streams: Streams, registering: Registering, ids: Ids) -> APIRouter:
    router = APIRouter(prefix="/companies", tags=["companies"])
    _add_making(router, streams, registering, ids)
    _add_changing(router, streams, registering, ids)
    return router


def _add_making(router: APIRouter, streams: Streams, registering: Registering, ids: Ids) -> None:
    @router.post("", status_code=201)
    def create(body: NewCompanyBody, request: Changing) -> Response:
        made_from = {"name", "conversation_id", "message_id"}
        command = CreateCompany(
            **_on(CompanyId(ids.new()), request),
            name=body.name,
            values=body.model_dump(exclude_unset=True, exclude=made_from),
            conversation_id=None if body.conversation_id is None else ConversationId(body.conversation_id),
            message_id=None if body.message_id is None else MessageId(body.message_id),
        )

        def decide(work: Work) -> dict[str, str]:
            registering.create_company(work, command, request.cause)
            return {"company_id": str(command.company_id)}

        return perform(streams, request, decide, status=201)


def _add_changing(router: APIRouter, streams: Streams, registering: Registering, ids: Ids) -> None:
    @router.patch("/{company_id}")
    def edit(company_id: UUID, body: CompanyBody, request: Changing) -> Response:
        values = body.model_dump(exclude_unset=True)
        command = EditCompany(**_on(company_id, request), values=values)

        def decide(work: Work) -> dict[str, Any]:
            registering.edit_company(work, command, request.cause)
            return {"company_id": str(company_id), "fields": sorted(values)}

        return perform(streams, request, decide)

    @router.put("/{company_id}/owner")
    def change_owner(company_id: UUID, body: OwnerBody, request: Changing) -> Response:
        command = ChangeCompanyOwner(**_on(company_id, request), owner_id=UserId(body.user_id))

        def decide(work: Work) -> dict[str, str]:
            registering.change_owner(work, command, request.cause)
            return {"company_id": str(company_id), "owner_id": str(body.user_id)}

        return perform(streams, request, decide)

    @router.post("/{company_id}/notes", status_code=201)
    def add_note(company_id: UUID, body: NoteBody, request: Changing) -> Response:
        command = AddCompanyNote(
            **_on(company_id, request), note_id=NoteId(ids.new()), text=body.text, message_id=body.made_from
        )

        def decide(work: Work) -> dict[str, str]:
            registering.add_note(work, command, request.cause)
            return {"note_id": str(command.note_id)}

        return perform(streams, request, decide, status=201)


def _on(company_id: UUID, request: Asked) -> dict[str, Any]:
    return {
        "organisation_id": request.caller.organisation,
        "company_id": CompanyId(company_id),
        "by": person_of(request.caller),
        "now": request.now,
    }
