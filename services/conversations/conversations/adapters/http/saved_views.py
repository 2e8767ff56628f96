"""Saved views: filters under a name, one's own or shared by an administrator."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, Field
from recado_chassis.http.commands import Asked, asked, perform
from recado_chassis.http.models import RequestModel
from recado_chassis.http.pages import Page, caught_up, page
from recado_chassis.ports import Clock, Ids
from recado_chassis.streams import Streams
from recado_chassis.work import Work
from starlette.responses import Response

from conversations.adapters.http.filtering import Channel, Text, checked
from conversations.adapters.http.inbox import listed
from conversations.adapters.http.people import person_of, viewers
from conversations.application import Keeping
from conversations.commands import KeptFilters, RemoveView, SaveView
from conversations.domain.refusals import UnknownView
from conversations.views import Filters, Questions, Viewer
from conversations.views.filters import State, View, Window

Changing = Annotated[Asked, Depends(asked("administrator", "member"))]
Row = dict[str, Any]
_QUERY_NAMES = {
    "states": "state",
    "owners": "owner",
    "channels": "channel",
    "windows": "window",
    "contact_id": "contact",
    "company_id": "company",
    "stages": "stage",
}


class FiltersBody(RequestModel):
    """As in the query of a list of conversations; what is not given filters nothing."""

    view: View = "all"
    state: list[State] = Field(default_factory=list, max_length=20)
    owner: list[UUID] = Field(default_factory=list, max_length=20)
    unassigned: bool | None = None
    unread: bool | None = None
    channel: list[Channel] = Field(default_factory=list, max_length=20)
    window: list[Window] = Field(default_factory=list, max_length=20)
    active_from: AwareDatetime | None = None
    active_until: AwareDatetime | None = None
    opened_from: AwareDatetime | None = None
    opened_until: AwareDatetime | None = None
    contact: UUID | None = None
    company: UUID | None = None
    stage: list[UUID] = Field(default_factory=list, max_length=20)
    failed: bool | None = None
    text: Text | None = None


class SavedViewBody(RequestModel):
    name: Annotated[str, Field(min_length=1, max_length=100)]
    shared: bool = False
    """Shown to everybody: for administrators only."""
    filters: FiltersBody


def saved_view_routes(streams: Streams, keeping: Keeping, questions: Questions, clock: Clock, ids: Ids) -> APIRouter:
    router = APIRouter(tags=["inbox"])
    _add_looking(router, streams, questions, clock)
    _add_changing(router, streams, keeping, ids)
    return router


def _add_looking(router: APIRouter, streams: Streams, questions: Questions, clock: Clock) -> None:
    Viewing = Annotated[Viewer, Depends(viewers(streams))]  # noqa: N806 (a type, though a local one)

    @router.get("/views", dependencies=[Depends(caught_up)])
    def saved_views(who: Viewing) -> Row:
        return {"items": [_shown(row) for row in questions.saved_views_of(who)]}

    @router.get("/views/{view_id}/conversations", dependencies=[Depends(caught_up)])
    def conversations_of_view(view_id: UUID, at: Annotated[Page, Depends(page)], who: Viewing) -> Response:
        row = questions.saved_view(who, view_id)
        if row is None:
            raise UnknownView
        return listed(questions, who, _filters_of(row), at, clock.now())


def _add_changing(router: APIRouter, streams: Streams, keeping: Keeping, ids: Ids) -> None:
    @router.post("/views", status_code=201)
    def save_view(body: SavedViewBody, request: Changing) -> Response:
        command = _saving(ids.new(), body, request, is_new=True)
        return _saved(streams, keeping, command, request, status=201)

    @router.put("/views/{view_id}")
    def change_view(view_id: UUID, body: SavedViewBody, request: Changing) -> Response:
        return _saved(streams, keeping, _saving(view_id, body, request, is_new=False), request)

    @router.delete("/views/{view_id}", status_code=204)
    def remove_view(view_id: UUID, request: Changing) -> Response:
        command = RemoveView(
            organisation_id=request.caller.organisation,
            view_id=view_id,
            by=person_of(request.caller),
            now=request.now,
        )
        return perform(streams, request, lambda work: keeping.remove_view(work, command, request.cause), status=204)


def _saved(streams: Streams, keeping: Keeping, command: SaveView, request: Asked, status: int = 200) -> Response:
    def decide(work: Work) -> dict[str, str]:
        keeping.save_view(work, command, request.cause)
        return {"view_id": str(command.view_id)}

    return perform(streams, request, decide, status=status)


def _saving(view_id: UUID, body: SavedViewBody, request: Asked, *, is_new: bool) -> SaveView:
    told = body.filters.model_dump()
    asked_for = {kept: told.pop(name) for kept, name in _QUERY_NAMES.items()} | told
    text = asked_for.pop("text")
    kept = KeptFilters.model_validate(asked_for)
    checked(_as_filters(kept, text))
    return SaveView(
        organisation_id=request.caller.organisation,
        view_id=view_id,
        is_new=is_new,
        name=body.name,
        shared=body.shared,
        filters=kept,
        text=text,
        by=person_of(request.caller),
        now=request.now,
    )


def _as_filters(kept: KeptFilters, text: str | None) -> Filters:
    return Filters(**kept.model_dump(), text=text)


def _filters_of(row: Row) -> Filters:
    return _as_filters(KeptFilters.model_validate(row["filters"]), row["text"])


def _shown(row: Row) -> Row:
    given = {_QUERY_NAMES.get(name, name): value for name, value in row["filters"].items() if value not in (None, [])}
    text = {} if row["text"] is None else {"text": row["text"]}
    names = ("view_id", "name", "shared", "user_id")
    return {**{name: row[name] for name in names}, "filters": {**given, **text}}
