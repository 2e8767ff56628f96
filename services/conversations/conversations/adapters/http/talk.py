"""Doing something with a conversation: reply, react, read, assign, close, reopen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import Field
from recado_chassis.http.commands import Asked, asked, perform
from recado_chassis.http.models import RequestModel
from recado_chassis.ports import Ids
from recado_chassis.streams import Streams
from recado_chassis.work import Work
from recado_events.content import OutgoingText
from recado_events.ids import AttachmentId, ConversationId, MessageId, UserId
from starlette.responses import Response

from conversations.adapters.http.beginning import TemplateChoice, choice_of, record_of
from conversations.adapters.http.people import person_of
from conversations.application import Answering, Attaching, Beginning, Talking
from conversations.commands import (
    AssignConversation,
    CloseConversation,
    MarkRead,
    React,
    ReopenConversation,
    Reply,
    SendQuickReply,
    SendTemplate,
)
from conversations.commands.attaching import SendAttachment
from conversations.views import Questions

Changing = Annotated[Asked, Depends(asked("administrator", "member"))]
Sending = Annotated[Asked, Depends(asked("administrator", "member", key_required=True))]


class TextBody(RequestModel):
    type: Literal["text"]
    text: Annotated[str, Field(min_length=1, max_length=4096)]
    preview_url: bool = False
    reply_to: UUID | None = None
    """The message to quote."""


class ReactionBody(RequestModel):
    type: Literal["reaction"]
    message_id: UUID
    emoji: Annotated[str, Field(max_length=32)]
    """Empty: take the reaction back."""


class AttachmentBody(RequestModel):
    type: Literal["attachment"]
    attachment_id: UUID
    """Of a file that was put aside in this conversation."""
    caption: Annotated[str, Field(max_length=1024)] | None = None
    reply_to: UUID | None = None
    """The message to quote."""


class QuickReplyBody(RequestModel):
    type: Literal["quick_reply"]
    quick_reply_id: UUID
    """What it says, with the values of this conversation; with its file, if it has one."""
    text: Annotated[str, Field(min_length=1, max_length=4096)] | None = None
    """Instead of what it says; with a file, at most 1,024 characters."""
    reply_to: UUID | None = None
    """The message to quote."""


class TemplateBody(TemplateChoice):
    type: Literal["template"]
    pipeline_record_id: UUID | None = None
    """One of this customer's contact, whose fields are filled in."""


class ReadBody(RequestModel):
    up_to_id: UUID | None = None
    """The last message that was seen; the newest one where it is not given."""
    notify_customer: bool = False
    """Whether the customer is to see it; where it is not given, as the number's rule says."""

    @property
    def asked(self) -> bool | None:
        return self.notify_customer if "notify_customer" in self.model_fields_set else None


class AssignBody(RequestModel):
    user_id: UUID


Sent = TextBody | ReactionBody | AttachmentBody | QuickReplyBody | TemplateBody


@dataclass(frozen=True, slots=True)
class Ways:
    """In which something is sent."""

    attaching: Attaching
    answering: Answering
    beginning: Beginning


def talk_routes(streams: Streams, ways: Ways, questions: Questions, ids: Ids) -> APIRouter:
    talking = ways.attaching.talking
    router = APIRouter(prefix="/conversations/{conversation_id}", tags=["conversations"])
    _add_sending(router, streams, ways, ids)
    _add_reading(router, streams, talking, questions)
    _add_owning(router, streams, talking)
    return router


def _add_sending(router: APIRouter, streams: Streams, ways: Ways, ids: Ids) -> None:
    talking = ways.attaching.talking

    @router.post("/messages", status_code=202)
    def send(
        conversation_id: UUID,
        body: Annotated[Sent, Field(discriminator="type")],
        request: Sending,
    ) -> Response:
        command = _sending(ConversationId(conversation_id), body, request, MessageId(ids.new()))

        def decide(work: Work) -> dict[str, str]:
            match command:
                case Reply():
                    talking.reply(work, command, request.cause)
                case SendAttachment():
                    ways.attaching.send_attachment(work, command, request.cause)
                case SendQuickReply():
                    ways.answering.send(work, command, request.cause)
                case React():
                    talking.react(work, command, request.cause)
                case SendTemplate():
                    ways.beginning.send_template(work, command, request.cause)
            return {"message_id": str(command.message_id)}

        return perform(streams, request, decide, status=202)


def _add_reading(router: APIRouter, streams: Streams, talking: Talking, questions: Questions) -> None:
    @router.post("/read")
    def mark_read(conversation_id: UUID, body: ReadBody, request: Changing) -> Response:
        # No message has a conversation's id: the rules refuse it once they know that the caller may see it.
        up_to = body.up_to_id or questions.last_inbound(conversation_id) or conversation_id
        command = MarkRead(**_on(conversation_id, request), up_to_id=MessageId(up_to), notify_customer=body.asked)
        return _perform(streams, request, command, talking.mark_read, up_to_id=str(up_to))


def _add_owning(router: APIRouter, streams: Streams, talking: Talking) -> None:
    @router.post("/assign")
    def assign(conversation_id: UUID, body: AssignBody, request: Changing) -> Response:
        command = AssignConversation(**_on(conversation_id, request), user_id=UserId(body.user_id))
        return _perform(streams, request, command, talking.assign_conversation, assignee=str(body.user_id))

    @router.post("/close")
    def close(conversation_id: UUID, request: Changing) -> Response:
        command = CloseConversation(**_on(conversation_id, request))
        return _perform(streams, request, command, talking.close_conversation, state="closed")

    @router.post("/reopen")
    def reopen(conversation_id: UUID, request: Changing) -> Response:
        command = ReopenConversation(**_on(conversation_id, request))
        return _perform(streams, request, command, talking.reopen_conversation, state="open")


def _on(conversation_id: UUID, request: Asked) -> dict[str, Any]:
    return {
        "organisation_id": request.caller.organisation,
        "conversation_id": ConversationId(conversation_id),
        "by": person_of(request.caller),
        "now": request.now,
    }


def _sending(
    conversation_id: ConversationId, body: Sent, request: Asked, message_id: MessageId
) -> Reply | React | SendAttachment | SendQuickReply | SendTemplate:
    on = _on(conversation_id, request)
    if isinstance(body, TemplateBody):
        about = record_of(body.pipeline_record_id)
        return SendTemplate(**on, message_id=message_id, choice=choice_of(body), pipeline_record_id=about)
    if isinstance(body, ReactionBody):
        return React(**on, message_id=message_id, target_id=MessageId(body.message_id), emoji=body.emoji)
    quoted = None if body.reply_to is None else MessageId(body.reply_to)
    if isinstance(body, AttachmentBody):
        file = AttachmentId(body.attachment_id)
        return SendAttachment(**on, message_id=message_id, attachment_id=file, caption=body.caption, reply_to=quoted)
    if isinstance(body, QuickReplyBody):
        named = body.quick_reply_id
        return SendQuickReply(**on, message_id=message_id, quick_reply_id=named, text=body.text, reply_to=quoted)
    content = OutgoingText(body=body.text, preview_url=body.preview_url)
    return Reply(**on, message_id=message_id, content=content, reply_to=quoted)


def _perform(
    streams: Streams, request: Asked, command: Any, use_case: Callable[[Work, Any, Any], None], **answer: str
) -> Response:
    def decide(work: Work) -> dict[str, str]:
        use_case(work, command, request.cause)
        return {"conversation_id": str(command.conversation_id), **answer}

    return perform(streams, request, decide)
