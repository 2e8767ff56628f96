"""Starting a chat with a template, and looking at it before."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import Field
from recado_chassis.caller import Caller
from recado_chassis.http.commands import Asked, asked, perform
from recado_chassis.http.models import RequestModel
from recado_chassis.ports import Ids
from recado_chassis.streams import Streams
from recado_chassis.work import Work
from recado_events.identity import Alias
from recado_events.ids import ContactId, MessageId, PhoneNumberId, PipelineRecordId, TemplateId
from starlette.responses import Response

from conversations.adapters.http.people import person_of
from conversations.adapters.http.typed_numbers import e164_digits
from conversations.application import Beginning
from conversations.application.scene import FOLDS
from conversations.commands import Choice, PreviewTemplate, StartChat
from conversations.domain.beginning_refusals import NobodyNamed
from conversations.domain.rendering import told

Looking = Annotated[Asked, Depends(asked("administrator", "member"))]
Sending = Annotated[Asked, Depends(asked("administrator", "member", key_required=True))]


class FieldValue(RequestModel):
    field: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.]{0,100}$")]
    """A merge field such as `contact.first_name`, or `copy_code`."""
    value: Annotated[str, Field(max_length=2000)]


class TemplateChoice(RequestModel):
    template_id: UUID
    values: Annotated[tuple[FieldValue, ...], Field(max_length=50)] = ()
    """Instead of what is known of the contact, the agent and the organisation; the last one of a field counts."""


class SomebodyBody(RequestModel):
    """A contact, that of a pipeline record, or somebody by their number: one of them."""

    phone_number_id: Annotated[str, Field(pattern=r"^[0-9]{1,20}$")]
    """The business number it is sent from."""
    contact_id: UUID | None = None
    pipeline_record_id: UUID | None = None
    """Its fields are filled in too."""
    number: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    """As it is typed: with its country code, or as people of the channel's country write it."""
    template: TemplateChoice


def choice_of(body: TemplateChoice) -> Choice:
    return Choice(template_id=TemplateId(body.template_id), values={each.field: each.value for each in body.values})


def record_of(named: UUID | None) -> PipelineRecordId | None:
    return None if named is None else PipelineRecordId(named)


def beginning_routes(streams: Streams, beginning: Beginning, ids: Ids) -> APIRouter:
    router = APIRouter(tags=["conversations"])

    def somebody(body: SomebodyBody, who: Caller) -> dict[str, Any]:
        if [body.contact_id, body.pipeline_record_id, body.number].count(None) != 2:
            raise NobodyNamed
        org = who.organisation
        country = streams.read(f"desk-{org}-{body.phone_number_id}", FOLDS["desk"]).country
        typed = None if body.number is None else Alias(kind="wa_id", value=e164_digits(body.number, country))
        return {
            "organisation_id": org,
            "phone_number_id": PhoneNumberId(body.phone_number_id),
            "contact_id": None if body.contact_id is None else ContactId(body.contact_id),
            "pipeline_record_id": record_of(body.pipeline_record_id),
            "typed": typed,
            "choice": choice_of(body.template),
            "by": person_of(who),
        }

    @router.post("/conversations", status_code=202)
    def start(body: SomebodyBody, request: Sending) -> Response:
        message_id = MessageId(ids.new())
        command = StartChat(**somebody(body, request.caller), message_id=message_id, now=request.now)

        def decide(work: Work) -> dict[str, str]:
            conversation_id = beginning.start_chat(work, command, request.cause)
            return {"conversation_id": str(conversation_id), "message_id": str(message_id)}

        return perform(streams, request, decide, status=202)

    @router.post("/previews")
    def preview(body: SomebodyBody, request: Looking) -> dict[str, Any]:
        """What the customer would read, and everything that is in the way of it. Nothing is sent or recorded."""
        command = PreviewTemplate(**somebody(body, request.caller), now=request.now)
        rendering, refusal = streams.transact(lambda work: beginning.preview(work, command)).value
        content = rendering.content
        errors = [told(fault) for fault in rendering.faults]
        if refusal is not None:
            errors.append({"kind": refusal.rule, "field": None, "detail": refusal.message})
        return {
            "header": content.header,
            "body": content.body,
            "footer": content.footer,
            "buttons": content.buttons,
            "errors": errors,
        }

    return router
