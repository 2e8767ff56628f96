"""Changing contacts: fields, owner, notes."""

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
from recado_events.ids import CompanyId, ContactId, NoteId, UserId
from starlette.responses import Response

from crm.adapters.http.bodies import Email, NoteBody, OwnerBody, Value
from crm.adapters.http.people import Changing, person_of
from crm.application import Recording
from crm.commands import AddNote, ChangeOwner, ChooseCompany, EditFields

CustomName = Annotated[str, Field(pattern=r"^custom_[a-z][a-z0-9_]{0,40}$")]
CustomValue = Annotated[str, Field(max_length=1_000)] | bool | None


class FieldsBody(RequestModel):
    """The fields to change; null empties one. What is left out stays."""

    name: Value = None
    email: Email = None
    company: Value = None
    job_title: Value = None
    address: Value = None
    city: Value = None
    birthday: date | None = None
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}([_-][A-Z]{2})?$")] | None = None
    website: Value = None
    custom: dict[CustomName, CustomValue] | None = None
    """Custom fields by name."""

    def values(self) -> dict[str, str | bool | None]:
        """By field, custom ones among them."""
        told = self.model_dump(mode="json", exclude_unset=True, exclude={"custom"})
        return {**told, **(self.custom or {})}


class CompanyBody(RequestModel):
    company_id: UUID | None
    """Null: none any more."""


def changing_routes(streams: Streams, recording: Recording, ids: Ids) -> APIRouter:
    router = APIRouter(prefix="/contacts/{contact_id}", tags=["contacts"])

    @router.patch("")
    def edit(contact_id: UUID, body: FieldsBody, request: Changing) -> Response:
        values = body.values()
        command = EditFields(**on_contact(contact_id, request), values=values)

        def decide(work: Work) -> dict[str, Any]:
            recording.edit_fields(work, command, request.cause)
            return {"contact_id": str(contact_id), "fields": sorted(values)}

        return perform(streams, request, decide)

    @router.put("/owner")
    def change_owner(contact_id: UUID, body: OwnerBody, request: Changing) -> Response:
        command = ChangeOwner(**on_contact(contact_id, request), owner_id=UserId(body.user_id))

        def decide(work: Work) -> dict[str, str]:
            recording.change_owner(work, command, request.cause)
            return {"contact_id": str(contact_id), "owner_id": str(body.user_id)}

        return perform(streams, request, decide)

    @router.put("/company")
    def choose_company(contact_id: UUID, body: CompanyBody, request: Changing) -> Response:
        chosen = None if body.company_id is None else CompanyId(body.company_id)
        command = ChooseCompany(**on_contact(contact_id, request), company_id=chosen)

        def decide(work: Work) -> dict[str, str | None]:
            recording.choose_company(work, command, request.cause)
            return {"contact_id": str(contact_id), "company_id": str(chosen) if chosen else None}

        return perform(streams, request, decide)

    @router.post("/notes", status_code=201)
    def add_note(contact_id: UUID, body: NoteBody, request: Changing) -> Response:
        command = AddNote(
            **on_contact(contact_id, request), note_id=NoteId(ids.new()), text=body.text, message_id=body.made_from
        )

        def decide(work: Work) -> dict[str, str]:
            recording.add_note(work, command, request.cause)
            return {"note_id": str(command.note_id)}

        return perform(streams, request, decide, status=201)

    return router


def on_contact(contact_id: UUID, request: Asked) -> dict[str, Any]:
    return {
        "organisation_id": request.caller.organisation,
        "contact_id": ContactId(contact_id),
        "by": person_of(request.caller),
        "now": request.now,
    }
