"""Contacts made by people, and contacts that may be one person."""
# No postponed annotations here: FastAPI could not resolve a local type.

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from recado_chassis.http.commands import perform
from recado_chassis.http.pages import caught_up
from recado_chassis.ports import Ids
from recado_chassis.streams import Streams
from recado_chassis.work import Work
from recado_events.ids import ContactId
from starlette.responses import Response

from crm.adapters.http.bodies import Phone
from crm.adapters.http.changing import FieldsBody, on_contact
from crm.adapters.http.people import Changing, Paging, viewing
from crm.application import Recording
from crm.commands import CreateContact
from crm.domain.refusals import UnknownContact
from crm.views import Questions, Row, Viewer

_PAIR = ("contact_id", "duplicate_id", "why")


class NewContactBody(FieldsBody):
    phone: Phone | None = None


def making_routes(streams: Streams, recording: Recording, contacts: Questions, ids: Ids) -> APIRouter:
    """`/duplicates` are suggestions: numbers that are spellings of one another, the same e-mail address."""
    router = APIRouter(tags=["contacts"])
    Viewing = Annotated[Viewer, Depends(viewing(streams))]  # noqa: N806 (a type, though a local one)

    @router.post("/contacts", status_code=201)
    def create(body: NewContactBody, request: Changing) -> Response:
        values = {name: value for name, value in body.values().items() if name != "phone" and value is not None}
        on = on_contact(ContactId(ids.new()), request)
        command = CreateContact(**on, number=body.phone, values=values)

        def decide(work: Work) -> dict[str, str]:
            recording.create_contact(work, command, request.cause)
            return {"contact_id": str(command.contact_id)}

        return perform(streams, request, decide, status=201)

    @router.get("/duplicates", dependencies=[Depends(caught_up)])
    def duplicates(at: Paging, who: Viewing) -> Response:
        after = (UUID(at.after[0]), UUID(at.after[1])) if at.after else None
        pairs, edge = contacts.duplicates(who, after, at.fetch)
        return at.answer(pairs, _place, _pair, edge=None if edge is None else [str(each) for each in edge])

    @router.get("/contacts/{contact_id}/duplicates", dependencies=[Depends(caught_up)])
    def duplicates_of(contact_id: UUID, at: Paging, who: Viewing) -> Response:
        if contacts.contact(who, contact_id) is None:
            raise UnknownContact
        after = (UUID(at.after[0]), UUID(at.after[1])) if at.after else None
        return at.answer(contacts.duplicates_of(who, contact_id, after, at.fetch), _place, _pair)

    return router


def _place(row: Row) -> list[str]:
    return [str(row["contact_id"]), str(row["duplicate_id"])]


def _pair(row: Row) -> Row:
    return {name: row[name] for name in _PAIR}
