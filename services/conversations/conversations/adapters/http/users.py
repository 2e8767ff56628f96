"""The users of an organisation, registered by its administrators."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import Field
from recado_chassis.http.commands import Asked, asked, perform
from recado_chassis.http.models import RequestModel
from recado_chassis.http.pages import Page, caught_up, page
from recado_chassis.streams import Streams
from recado_events.ids import ProfileId, UserId
from starlette.responses import Response

from conversations.adapters.http.people import Looking, viewers
from conversations.application import People
from conversations.commands import RegisterUser, SetAvailability
from conversations.domain.refusals import NoPermission
from conversations.views import Questions

Administrator = Annotated[Asked, Depends(asked("administrator"))]
Anybody = Annotated[Asked, Depends(asked("administrator", "member"))]
Number = Annotated[str, Field(pattern=r"^\d{1,20}$")]


class UserBody(RequestModel):
    name: Annotated[str, Field(min_length=1, max_length=200)]
    role: Literal["administrator", "member"]
    profile_id: UUID | None = None
    active: bool = True


class AvailabilityBody(RequestModel):
    online: bool


def user_routes(streams: Streams, people: People, questions: Questions) -> APIRouter:
    router = APIRouter(tags=["desk"])

    @router.put("/users/{user_id}")
    def register_user(user_id: UUID, body: UserBody, request: Administrator) -> Response:
        command = _registering(UserId(user_id), body, request)

        def decide(work: Any) -> dict[str, str]:
            people.register_user(work, command, request.cause)
            return {"user_id": str(user_id)}

        return perform(streams, request, decide)

    @router.get("/users", dependencies=[Depends(caught_up), Depends(viewers(streams))])
    def users(who: Looking, at: Annotated[Page, Depends(page)]) -> Response:
        after = UUID(at.after[0]) if at.after else None
        rows = questions.users_of(who.organisation, after, at.fetch)
        return at.answer(rows, lambda row: [str(row["user_id"])], _user)

    @router.put("/users/{user_id}/availability")
    def set_availability(user_id: UUID, body: AvailabilityBody, request: Anybody) -> Response:
        if request.caller.role != "administrator" and request.caller.user_id != user_id:
            raise NoPermission
        command = SetAvailability(
            organisation_id=request.caller.organisation, user_id=UserId(user_id), online=body.online, now=request.now
        )

        def decide(work: Any) -> dict[str, bool]:
            people.set_availability(work, command, request.cause)
            return {"online": body.online}

        return perform(streams, request, decide)

    return router


def _registering(user_id: UserId, body: UserBody, request: Asked) -> RegisterUser:
    return RegisterUser(
        organisation_id=request.caller.organisation,
        user_id=user_id,
        name=body.name,
        role=body.role,
        profile_id=None if body.profile_id is None else ProfileId(body.profile_id),
        active=body.active,
        by=request.caller.user_id,
        now=request.now,
    )


def _user(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("user_id", "name", "role", "profile_id", "active", "online")}
