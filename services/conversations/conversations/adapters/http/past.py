"""What was written with a customer in the phone app before the number came here, beside their conversation."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends
from recado_chassis.caller import Caller
from recado_chassis.http.callers import caller
from recado_chassis.http.pages import Page, caught_up, page
from recado_chassis.streams import Streams
from starlette.responses import Response

from conversations.adapters.http.people import viewer_of
from conversations.application.importing import Importing
from conversations.application.scene import FOLDS
from conversations.domain.refusals import OutOfScope
from conversations.views import Questions

Row = dict[str, Any]
Looking = Annotated[Caller, Depends(caller("administrator", "member"))]


def past_routes(streams: Streams, importing: Importing, questions: Questions) -> APIRouter:
    router = APIRouter(tags=["inbox"], dependencies=[Depends(caught_up)])

    @router.get("/conversations/{conversation_id}/past")
    def past(conversation_id: UUID, at: Annotated[Page, Depends(page)], who: Looking) -> Response:
        viewer = viewer_of(who, streams.read(f"team-{who.organisation}", FOLDS["team"]))
        talk = questions.conversation(viewer, conversation_id)
        if talk is None:
            raise OutOfScope
        customer = streams.read(f"customer-{talk['customer_id']}", FOLDS["customer"])
        threads = importing.threads_of(who.organisation, talk["phone_number_id"], customer.aliases)
        before = (datetime.fromisoformat(at.after[0]), UUID(at.after[1])) if at.after else None
        rows = questions.past_of(who.organisation, threads, before, at.fetch)
        return at.answer(rows, lambda row: [row["occurred_at"].isoformat(), str(row["message_id"])], _message)

    return router


def _message(row: Row) -> Row:
    content = None if row["content"] is None else orjson.loads(bytes(row["content"]))
    return {
        "message_id": row["message_id"],
        "direction": "app" if row["by_business"] else "in",
        "kind": row["kind"],
        "content": content,
        "status": row["status"],
        "occurred_at": row["occurred_at"],
    }
