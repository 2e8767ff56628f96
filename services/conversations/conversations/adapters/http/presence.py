"""Typing, and blocking a customer: what is told to the other side beside messages."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from recado_chassis.http.commands import Asked, asked, perform
from recado_chassis.ports import Ids
from recado_chassis.streams import Streams
from recado_chassis.work import Work
from recado_events.ids import ConversationId, MessageId
from starlette.responses import Response

from conversations.adapters.http.people import person_of
from conversations.application import Talking
from conversations.commands import BlockCustomer, ShowTyping
from conversations.views import Questions

Row = dict[str, Any]
Changing = Annotated[Asked, Depends(asked("administrator", "member"))]


def presence_routes(streams: Streams, talking: Talking, questions: Questions, ids: Ids) -> APIRouter:
    router = APIRouter(prefix="/conversations/{conversation_id}", tags=["conversations"])

    @router.post("/typing")
    def show_typing(conversation_id: UUID, request: Changing) -> Response:
        # No message has a conversation's id: the rules refuse it once they know that the caller may see it.
        last = questions.last_inbound(conversation_id) or conversation_id
        command = ShowTyping(**_on(conversation_id, request), answering=MessageId(last))

        def decide(work: Work) -> dict[str, str]:
            talking.show_typing(work, command, request.cause)
            return {"conversation_id": str(conversation_id), "answering": str(last)}

        return perform(streams, request, decide)

    @router.post("/block")
    def block_customer(conversation_id: UUID, request: Changing) -> Response:
        return _block(streams, talking, request, conversation_id, MessageId(ids.new()), blocked=True)

    @router.post("/unblock")
    def unblock_customer(conversation_id: UUID, request: Changing) -> Response:
        return _block(streams, talking, request, conversation_id, MessageId(ids.new()), blocked=False)

    return router


def block_shown(row: Row | None) -> Row:
    """Of a customer: whether they are blocked, by whom; Meta's code where it refused the last change."""
    names = ("blocked", "settled_by", "settled_at", "evidence", "refused_code")
    return {"blocked": False} if row is None else {name: row[name] for name in names}


def _block(
    streams: Streams, talking: Talking, request: Asked, conversation_id: UUID, message_id: MessageId, *, blocked: bool
) -> Response:
    command = BlockCustomer(**_on(conversation_id, request), message_id=message_id, blocked=blocked)

    def decide(work: Work) -> dict[str, Any]:
        talking.block_customer(work, command, request.cause)
        return {"conversation_id": str(conversation_id), "blocked": blocked}

    return perform(streams, request, decide)


def _on(conversation_id: UUID, request: Asked) -> dict[str, Any]:
    return {
        "organisation_id": request.caller.organisation,
        "conversation_id": ConversationId(conversation_id),
        "by": person_of(request.caller),
        "now": request.now,
    }
