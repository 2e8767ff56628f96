"""From a conversation: all that is related to it, and quick actions on its contact."""
# No postponed annotations here: FastAPI could not resolve a local type.

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from recado_chassis.http.commands import Asked, perform
from recado_chassis.http.pages import caught_up
from recado_chassis.ports import Ids
from recado_chassis.streams import Streams
from recado_chassis.work import Work
from recado_events.ids import ConversationId, NoteId, OrganisationId, PipelineRecordId
from starlette.responses import Response

from crm.adapters.http.bodies import NoteBody
from crm.adapters.http.changing import FieldsBody, on_contact
from crm.adapters.http.people import Changing, person_of, viewing
from crm.adapters.http.pipeline_records import RecordBody, opening_of
from crm.adapters.http.showing import as_company, as_contact, as_record, as_talk
from crm.application import Conversing, Recording, Selling
from crm.commands import AddNote, EditFields, Person
from crm.domain.refusals import UnknownConversation
from crm.views import EntryQuestions, Filters, Questions, Row, Viewer

SHOWN = 100


def conversation_looks(streams: Streams, contacts: Questions, entries: EntryQuestions) -> APIRouter:
    router = APIRouter(prefix="/conversations", tags=["conversations"], dependencies=[Depends(caught_up)])
    Viewing = Annotated[Viewer, Depends(viewing(streams))]  # noqa: N806 (a type, though a local one)

    @router.get("/{conversation_id}/related")
    def related(conversation_id: UUID, who: Viewing) -> Row:
        """Its contact, the contact's company, and the newest pipeline records of the contact."""
        talk = entries.related_to(who, conversation_id)
        contact = None if talk is None else contacts.survivor(who, talk["contact_id"])
        if talk is None or contact is None:
            raise UnknownConversation
        company = entries.company(who, contact["company_id"]) if contact["company_id"] else None
        records = entries.records_of(who, Filters(contact_id=contact["contact_id"]), None, SHOWN)
        return {
            "conversation": as_talk(talk),
            "contact": as_contact(contact),
            "company": None if company is None else as_company(company),
            "pipeline_records": [as_record(row) for row in records],
        }

    return router


def conversation_changes(
    streams: Streams, conversing: Conversing, recording: Recording, selling: Selling, ids: Ids
) -> APIRouter:
    router = APIRouter(prefix="/conversations/{conversation_id}", tags=["conversations"])

    @router.patch("/contact")
    def edit(conversation_id: UUID, body: FieldsBody, request: Changing) -> Response:
        def decide(work: Work) -> dict[str, Any]:
            contact_id = conversing.contact_at(work, *_asked(conversation_id, request))
            values = body.values()
            recording.edit_fields(work, EditFields(**on_contact(contact_id, request), values=values), request.cause)
            return {"contact_id": str(contact_id), "fields": sorted(values)}

        return perform(streams, request, decide)

    @router.post("/notes", status_code=201)
    def add_note(conversation_id: UUID, body: NoteBody, request: Changing) -> Response:
        note_id = NoteId(ids.new())

        def decide(work: Work) -> dict[str, str]:
            contact_id = conversing.contact_at(work, *_asked(conversation_id, request))
            on = on_contact(contact_id, request)
            command = AddNote(**on, note_id=note_id, text=body.text, message_id=body.made_from)
            recording.add_note(work, command, request.cause)
            return {"contact_id": str(contact_id), "note_id": str(note_id)}

        return perform(streams, request, decide, status=201)

    @router.post("/pipeline-records", status_code=201)
    def open_record(conversation_id: UUID, body: RecordBody, request: Changing) -> Response:
        """Of its contact, and of the contact's company where they may see it, unless the body names others."""
        record_id = PipelineRecordId(ids.new())

        def decide(work: Work) -> dict[str, str]:
            org, talk, by = _asked(conversation_id, request)
            contact_id = conversing.contact_at(work, org, talk, by)
            about = {"contact_id": contact_id, "company_id": conversing.company_at(work, org, contact_id, by)}
            named = {name: getattr(body, name) for name in about if getattr(body, name) is not None}
            command = opening_of(body, record_id, request, **{**about, **named, "conversation_id": talk})
            selling.open_record(work, command, request.cause)
            return {"contact_id": str(command.contact_id), "pipeline_record_id": str(record_id)}

        return perform(streams, request, decide, status=201)

    return router


def _asked(conversation_id: UUID, request: Asked) -> tuple[OrganisationId, ConversationId, Person]:
    return request.caller.organisation, ConversationId(conversation_id), person_of(request.caller)
