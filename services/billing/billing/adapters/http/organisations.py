"""Organisations: the platform's operator registers them and settles their editions; their people may look."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import Field
from recado_chassis.caller import Caller
from recado_chassis.http.callers import caller
from recado_chassis.http.commands import Asked, asked, perform
from recado_chassis.http.models import RequestModel
from recado_chassis.http.pages import caught_up
from recado_chassis.streams import Streams
from recado_chassis.work import Work
from recado_events.billing import WITH_WHATSAPP
from recado_events.ids import PLATFORM, OrganisationId
from starlette.responses import Response

from billing.application import Settling
from billing.commands import ChangeEdition, Register
from billing.domain.organisation import Organisation
from billing.domain.refusals import UnknownOrganisation
from billing.views import Questions, Row

Operator = Annotated[Asked, Depends(asked("operator", recorded=True))]
LookingOperator = Annotated[Caller, Depends(caller("operator"))]
Looking = Annotated[Caller, Depends(caller("administrator", "member"))]
Edition = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class OrganisationBody(RequestModel):
    name: Annotated[str, Field(min_length=1, max_length=200)]
    locale: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")] = "en"
    edition: Edition


class EditionBody(RequestModel):
    edition: Edition


def organisation_routes(streams: Streams, settling: Settling, questions: Questions) -> APIRouter:
    router = APIRouter(tags=["organisations"])

    @router.put("/organisations/{organisation_id}")
    def register(organisation_id: UUID, body: OrganisationBody, request: Operator) -> Response:
        command = Register(
            organisation_id=_known(organisation_id),
            name=body.name,
            locale=body.locale,
            edition=body.edition,
            now=request.now,
        )

        def decide(work: Work) -> Row:
            settling.register(work, command, request.cause)
            return _answer(organisation_id, settling.organisation(work, command.organisation_id))

        return perform(streams, request, decide)

    @router.put("/organisations/{organisation_id}/edition")
    def change_edition(organisation_id: UUID, body: EditionBody, request: Operator) -> Response:
        org = _known(organisation_id)
        command = ChangeEdition(organisation_id=org, edition=body.edition, now=request.now)

        def decide(work: Work) -> Row:
            settling.change_edition(work, command, request.cause)
            return _answer(organisation_id, settling.organisation(work, org))

        return perform(streams, request, decide)

    @router.get("/organisations/{organisation_id}", dependencies=[Depends(caught_up)])
    def organisation(organisation_id: UUID, _: LookingOperator) -> Row:
        return _found(questions, organisation_id)

    @router.get("/organisation", dependencies=[Depends(caught_up)], responses={404: {}})
    def own_organisation(who: Looking) -> Row:
        return _found(questions, who.organisation)

    return router


def _known(organisation_id: UUID) -> OrganisationId:
    """Nobody is the platform itself."""
    if organisation_id == PLATFORM:
        raise UnknownOrganisation
    return OrganisationId(organisation_id)


def _answer(organisation_id: UUID, organisation: Organisation) -> Row:
    return {"organisation_id": str(organisation_id), "edition": organisation.edition, "whatsapp": organisation.may_send}


def _found(questions: Questions, organisation_id: UUID) -> dict[str, Any]:
    row = questions.organisation(organisation_id)
    if row is None:
        raise UnknownOrganisation
    return {**row, "whatsapp": row["edition"] in WITH_WHATSAPP}
