"""What profiles may do, and who takes part in a number's rota."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import Field
from recado_chassis.caller import Caller
from recado_chassis.http.callers import caller
from recado_chassis.http.commands import Asked, asked, perform
from recado_chassis.http.models import RequestModel
from recado_chassis.http.pages import caught_up
from recado_chassis.streams import Streams
from recado_events.ids import PhoneNumberId, ProfileId, UserId
from starlette.responses import Response

from conversations.adapters.http.people import Looking, viewers
from conversations.application import People
from conversations.application.scene import FOLDS
from conversations.commands import ChooseRota, GrantProfile, WithdrawGrant
from conversations.views import Questions

Administrator = Annotated[Asked, Depends(asked("administrator"))]
Anybody = Annotated[Asked, Depends(asked("administrator", "member"))]
Number = Annotated[str, Field(pattern=r"^[0-9]{1,20}$")]


class GrantBody(RequestModel):
    level: Literal["view_reply", "view_only"]
    scope: Literal["all", "own"]


class RotaBody(RequestModel):
    members: Annotated[list[UUID], Field(max_length=500)]
    only_online: bool = False


def desk_routes(streams: Streams, people: People, questions: Questions) -> APIRouter:
    router = APIRouter(tags=["desk"])

    @router.put("/profiles/{profile_id}/grant")
    def grant_profile(profile_id: UUID, body: GrantBody, request: Administrator) -> Response:
        command = GrantProfile(
            organisation_id=request.caller.organisation,
            profile_id=ProfileId(profile_id),
            level=body.level,
            scope=body.scope,
            by=request.caller.user_id,
            now=request.now,
        )

        def decide(work: Any) -> dict[str, str]:
            people.grant_profile(work, command, request.cause)
            return {"profile_id": str(profile_id), "level": body.level, "scope": body.scope}

        return perform(streams, request, decide)

    @router.delete("/profiles/{profile_id}/grant", status_code=204)
    def withdraw_grant(profile_id: UUID, request: Administrator) -> Response:
        """Nobody sees or does anything by this profile any more."""
        org, who, now = request.caller.organisation, request.caller.user_id, request.now
        command = WithdrawGrant(organisation_id=org, profile_id=ProfileId(profile_id), by=who, now=now)

        def decide(work: Any) -> None:
            people.withdraw_grant(work, command, request.cause)

        return perform(streams, request, decide)

    @router.get("/profiles")
    def profiles(who: Annotated[Caller, Depends(caller("administrator"))]) -> dict[str, Any]:
        """What each profile may do, as it is now; those that are granted nothing are not there."""
        grants = streams.read(f"team-{who.organisation}", FOLDS["team"]).grants
        items = [
            {"profile_id": profile, "level": of.level, "scope": of.scope} for profile, of in sorted(grants.items())
        ]
        return {"items": items, "next_cursor": None}

    @router.put("/channels/{phone_number_id}/rota")
    def choose_rota(phone_number_id: Number, body: RotaBody, request: Administrator) -> Response:
        command = _choosing(PhoneNumberId(phone_number_id), body, request)

        def decide(work: Any) -> dict[str, Any]:
            people.choose_rota(work, command, request.cause)
            return {"members": [str(member) for member in command.members], "only_online": body.only_online}

        return perform(streams, request, decide)

    @router.get("/channels/{phone_number_id}/rota", dependencies=[Depends(caught_up), Depends(viewers(streams))])
    def rota(phone_number_id: Number, who: Looking) -> dict[str, Any]:
        row = questions.rota_of(who.organisation, phone_number_id) or {"members": [], "only_online": False}
        return {"members": row["members"], "only_online": row["only_online"]}

    return router


def _choosing(phone_number_id: PhoneNumberId, body: RotaBody, request: Asked) -> ChooseRota:
    return ChooseRota(
        organisation_id=request.caller.organisation,
        phone_number_id=phone_number_id,
        members=tuple(UserId(member) for member in body.members),
        only_online=body.only_online,
        by=request.caller.user_id,
        now=request.now,
    )
