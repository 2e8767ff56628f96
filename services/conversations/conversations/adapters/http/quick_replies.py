"""Quick replies: texts that were written beforehand, by shortcut, and as they read in a conversation."""

from __future__ import annotations

from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError
from recado_chassis.caller import Caller
from recado_chassis.http.callers import caller
from recado_chassis.http.commands import Asked, asked, perform
from recado_chassis.http.models import RequestModel
from recado_chassis.http.pages import caught_up
from recado_chassis.ports import Ids
from recado_chassis.streams import Streams
from recado_chassis.work import Work
from recado_events.conversations import QuickReplyWritten
from recado_events.ids import AttachmentId, ConversationId
from starlette.responses import Response

from conversations.adapters.http.people import person_of, viewer_of
from conversations.adapters.http.reply_files import shown as shown_file
from conversations.application.answering import Answering
from conversations.application.scene import FOLDS
from conversations.commands import RemoveQuickReply, WriteQuickReply
from conversations.domain.rendering import told

Row = dict[str, Any]
Changing = Annotated[Asked, Depends(asked("administrator", "member"))]
Looking = Annotated[Caller, Depends(caller("administrator", "member"))]
Shortcut = Annotated[str, Field(pattern=r"^[\p{L}\p{M}\p{N}_-]{1,30}$")]


class FallbackBody(RequestModel):
    field: Annotated[str, Field(max_length=100)]
    value: Annotated[str, Field(min_length=1, max_length=200)]


class QuickReplyBody(RequestModel):
    shortcut: Shortcut
    """What is typed for it; capitals make no difference."""
    title: Annotated[str, Field(min_length=1, max_length=100)]
    text: Annotated[str, Field(max_length=4096)]
    """Merge fields stand there as `#{contact.first_name}`; with a file it is the caption, and may be empty."""
    fallbacks: Annotated[list[FallbackBody], Field(max_length=20)] = Field(default_factory=list)
    """What stands in the place of a merge field of which nothing is known."""
    attachment_id: UUID | None = None
    """Of a file that was put aside for quick replies."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.text and self.attachment_id is None:
            raise PydanticCustomError("nothing_to_send", "text may be empty only where there is a file")
        return self


def quick_reply_routes(streams: Streams, answering: Answering, ids: Ids) -> APIRouter:
    router = APIRouter(tags=["quick replies"])
    _add_looking(router, streams, answering)
    _add_changing(router, streams, answering, ids)
    return router


def _add_looking(router: APIRouter, streams: Streams, answering: Answering) -> None:
    @router.get("/quick-replies", dependencies=[Depends(caught_up)])
    def quick_replies(who: Looking) -> Row:
        viewer_of(who, streams.read(f"team-{who.organisation}", FOLDS["team"]))
        replies = streams.read(f"replies-{who.organisation}", FOLDS["replies"])
        return {"items": [_shown(each) for each in replies.in_order()]}

    @router.get("/conversations/{conversation_id}/quick-replies", dependencies=[Depends(caught_up)])
    def quick_replies_of_conversation(
        conversation_id: UUID, who: Looking, shortcut: Annotated[str, Query(max_length=30)] = ""
    ) -> Row:
        talk, by = ConversationId(conversation_id), person_of(who)
        found = streams.transact(lambda work: answering.read(work, who.organisation, talk, by, shortcut)).value
        return {
            "items": [
                {**_shown(reply), "rendered": text, "faults": [told(fault) for fault in faults]}
                for reply, text, faults in found
            ]
        }


def _add_changing(router: APIRouter, streams: Streams, answering: Answering, ids: Ids) -> None:
    @router.post("/quick-replies", status_code=201)
    def write_quick_reply(body: QuickReplyBody, request: Changing) -> Response:
        return _written(streams, answering, request, _writing(ids.new(), body, request, is_new=True), status=201)

    @router.put("/quick-replies/{quick_reply_id}")
    def change_quick_reply(quick_reply_id: UUID, body: QuickReplyBody, request: Changing) -> Response:
        return _written(streams, answering, request, _writing(quick_reply_id, body, request, is_new=False))

    @router.delete("/quick-replies/{quick_reply_id}", status_code=204)
    def remove_quick_reply(quick_reply_id: UUID, request: Changing) -> Response:
        command = RemoveQuickReply(
            organisation_id=request.caller.organisation,
            quick_reply_id=quick_reply_id,
            by=person_of(request.caller),
            now=request.now,
        )
        return perform(streams, request, lambda work: answering.remove(work, command, request.cause), status=204)


def _written(
    streams: Streams, answering: Answering, request: Asked, command: WriteQuickReply, status: int = 200
) -> Response:
    def decide(work: Work) -> dict[str, str]:
        answering.write(work, command, request.cause)
        return {"quick_reply_id": str(command.quick_reply_id)}

    return perform(streams, request, decide, status=status)


def _writing(quick_reply_id: UUID, body: QuickReplyBody, request: Asked, *, is_new: bool) -> WriteQuickReply:
    return WriteQuickReply(
        organisation_id=request.caller.organisation,
        quick_reply_id=quick_reply_id,
        is_new=is_new,
        shortcut=body.shortcut,
        title=body.title,
        text=body.text,
        fallbacks={each.field: each.value for each in body.fallbacks},
        attachment_id=None if body.attachment_id is None else AttachmentId(body.attachment_id),
        by=person_of(request.caller),
        now=request.now,
    )


def _shown(reply: QuickReplyWritten) -> Row:
    fallbacks = [{"field": name, "value": value} for name, value in sorted(reply.fallbacks.items())]
    names = ("quick_reply_id", "shortcut", "title", "text", "written_by", "written_at")
    file = shown_file(reply.quick_reply_id, reply.file)
    return {**{name: getattr(reply, name) for name in names}, "fallbacks": fallbacks, "attachment": file}
