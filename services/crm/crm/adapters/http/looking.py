"""Looking at contacts: lists, search, one with its notes, history and conversations."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from recado_chassis.caller import Caller
from recado_chassis.http.callers import caller
from recado_chassis.http.pages import Page, caught_up, page
from recado_chassis.streams import Streams
from starlette.responses import Response

from crm.adapters.http.people import viewer_of
from crm.domain.contact import NAME
from crm.domain.refusals import UnknownContact
from crm.views import Questions, Viewer

Row = dict[str, Any]
Looking = Annotated[Caller, Depends(caller("administrator", "member"))]
Paging = Annotated[Page, Depends(page)]
Search = Annotated[str | None, Query(min_length=1, max_length=200)]


def looking_routes(streams: Streams, questions: Questions) -> APIRouter:
    router = APIRouter(prefix="/contacts", tags=["contacts"], dependencies=[Depends(caught_up)])

    def viewer(who: Looking) -> Viewer:
        return viewer_of(who, streams)

    Viewing = Annotated[Viewer, Depends(viewer)]  # noqa: N806 (a type, though a local one)

    @router.get("")
    def contacts(at: Paging, who: Viewing, search: Search = None, owner_id: UUID | None = None) -> Response:
        after = (at.after[0], UUID(at.after[1])) if at.after else None
        rows = questions.contacts_of(who, search, owner_id, after, at.fetch)
        return at.answer(rows, lambda row: [row["sort_key"], str(row["contact_id"])], _contact)

    @router.get("/{contact_id}")
    def contact(contact_id: UUID, who: Viewing) -> Row:
        return _contact(_found(questions, who, contact_id))

    @router.get("/{contact_id}/notes")
    def notes(contact_id: UUID, at: Paging, who: Viewing) -> Response:
        _found(questions, who, contact_id)
        rows = questions.notes_of(contact_id, UUID(at.after[0]) if at.after else None, at.fetch)
        return at.answer(rows, lambda row: [str(row["note_id"])], _note)

    @router.get("/{contact_id}/history")
    def history(contact_id: UUID, at: Paging, who: Viewing) -> Response:
        _found(questions, who, contact_id)
        rows = questions.history_of(contact_id, at.after[0] if at.after else None, at.fetch)
        return at.answer(rows, lambda row: [row["position"]], _line)

    @router.get("/{contact_id}/conversations")
    def conversations(contact_id: UUID, who: Viewing) -> Row:
        _found(questions, who, contact_id)
        return {"items": [_talk(row) for row in questions.conversations_of(contact_id)], "next_cursor": None}

    return router


def _found(questions: Questions, who: Viewer, contact_id: UUID) -> Row:
    row = questions.contact(who, contact_id)
    if row is None:
        raise UnknownContact
    return row


def _contact(row: Row) -> Row:
    """`superseded_by`: this was found to be the same person as that contact, to whom new conversations go."""
    names = ("contact_id", "owner_id", "superseded_by", "aliases", "created_at", "changed_at")
    fields = {name: value for name, value in row["fields"].items() if name != NAME}
    return {**{name: row[name] for name in names}, "name": row["fields"].get(NAME), "fields": fields}


def _note(row: Row) -> Row:
    return {name: row[name] for name in ("note_id", "message_id", "added_by", "added_at", "text")}


def _line(row: Row) -> Row:
    return {name: row[name] for name in ("what", "at", "by", "details", "changed", "position")}


def _talk(row: Row) -> Row:
    names = ("conversation_id", "phone_number_id", "assignee", "started_at", "closed_at")
    return {**{name: row[name] for name in names}, "state": "closed" if row["closed_at"] else "open"}
