"""What was written with a customer in the phone app before the number came here, beside their conversation."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Request
from recado_chassis.caller import Caller
from recado_chassis.files import Files
from recado_chassis.http.callers import caller
from recado_chassis.http.pages import Page, caught_up, page
from recado_chassis.streams import Streams
from starlette.responses import Response

from conversations.adapters.http.attachments import shown
from conversations.adapters.http.handing_out import FILE, downloadable, file_of, thumbnail_of
from conversations.adapters.http.people import viewer_of
from conversations.application.importing import Importing
from conversations.application.scene import FOLDS
from conversations.domain.refusals import OutOfScope
from conversations.views import Questions

Row = dict[str, Any]
Looking = Annotated[Caller, Depends(caller("administrator", "member"))]


@dataclass(frozen=True, slots=True)
class _Past:
    """Whoever may see a conversation may see what was before it, and nobody else may."""

    streams: Streams
    importing: Importing
    questions: Questions
    files: Files

    def threads(self, who: Caller, conversation_id: UUID) -> list[UUID]:
        """Raises OutOfScope."""
        viewer = viewer_of(who, self.streams.read(f"team-{who.organisation}", FOLDS["team"]))
        talk = self.questions.conversation(viewer, conversation_id)
        if talk is None:
            raise OutOfScope
        customer = self.streams.read(f"customer-{talk['customer_id']}", FOLDS["customer"])
        return self.importing.threads_of(who.organisation, talk["phone_number_id"], customer.aliases)

    def stored(self, who: Caller, conversation_id: UUID, past_id: UUID) -> Row:
        """Raises OutOfScope, and why there is nothing to download."""
        threads = self.threads(who, conversation_id)
        one = self.questions.past_one(who.organisation, threads, past_id)
        row = None if one is None else self.questions.files.of_messages([past_id]).get(past_id)
        return downloadable(None if row is None or row["conversation_id"] is not None else row)


def past_routes(streams: Streams, importing: Importing, questions: Questions, files: Files) -> APIRouter:
    router = APIRouter(prefix="/conversations/{conversation_id}/past", dependencies=[Depends(caught_up)])
    past = _Past(streams, importing, questions, files)

    @router.get("", tags=["inbox"])
    def messages(conversation_id: UUID, at: Annotated[Page, Depends(page)], who: Looking) -> Response:
        threads = past.threads(who, conversation_id)
        before = (datetime.fromisoformat(at.after[0]), UUID(at.after[1])) if at.after else None
        rows = questions.past_of(who.organisation, threads, before, at.fetch)
        found = questions.files.of_messages([row["message_id"] for row in rows])

        def told(row: Row) -> Row:
            return _message(row, found.get(row["message_id"]), conversation_id)

        return at.answer(rows, lambda row: [row["occurred_at"].isoformat(), str(row["message_id"])], told)

    @router.get("/{past_id}/attachment", tags=["attachments"], responses=FILE, response_class=Response)
    def attachment(conversation_id: UUID, past_id: UUID, request: Request, who: Looking) -> Response:
        """`past_id` is the message's id."""
        return file_of(files, request, past.stored(who, conversation_id, past_id))

    @router.get("/{past_id}/thumbnail", tags=["attachments"], responses=FILE, response_class=Response)
    def small(conversation_id: UUID, past_id: UUID, request: Request, who: Looking) -> Response:
        """A JPEG of 320 pixels at most, of images."""
        return thumbnail_of(files, request, past.stored(who, conversation_id, past_id)["thumbnail"])

    return router


def _message(row: Row, file: Row | None, conversation_id: UUID) -> Row:
    content = None if row["content"] is None else orjson.loads(bytes(row["content"]))
    return {
        "message_id": row["message_id"],
        "direction": "app" if row["by_business"] else "in",
        "kind": row["kind"],
        "content": content,
        "status": row["status"],
        "attachment": shown(file, f"/conversations/{conversation_id}/past/{row['message_id']}"),
        "occurred_at": row["occurred_at"],
    }
