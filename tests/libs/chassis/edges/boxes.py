"""A small service of the tests: boxes that are opened and filled, and a secret kept out of the log's public side."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from fastapi import APIRouter, Depends
from recado_chassis.caller import Caller, Standing
from recado_chassis.http.callers import caller
from recado_chassis.http.commands import Answer, Asked, answered, asked, perform
from recado_chassis.http.models import RequestModel
from recado_chassis.http.pages import Page, caught_up, page
from recado_chassis.service import Refusal, Service
from recado_chassis.settings import ServiceSettings
from recado_chassis.streams import Streams
from recado_chassis.toolbox import Toolbox
from recado_chassis.work import Fold, Work
from recado_events.event import Event
from recado_events.ids import OrganisationId
from starlette.responses import Response

from tests.libs.chassis.edges.identity import pem_of, rsa_key


class BoxOpened(Event):
    TYPE: ClassVar[str] = "boxes.box-opened.v1"
    STREAM: ClassVar[str] = "box-{box_id}"
    SUBJECT: ClassVar[str] = "box-{box_id}"
    KEY: ClassVar[str] = "{organisation_id}"
    box_id: UUID
    label: str
    opened_at: datetime


class BoxWeighed(Event):
    """Private."""

    TYPE: ClassVar[str] = "boxes.box-weighed.v1"
    STREAM: ClassVar[str] = "box-{box_id}"
    SUBJECT: ClassVar[str] = "box-{box_id}"
    KEY: ClassVar[str] = "{organisation_id}"
    box_id: UUID
    grams: int
    weighed_at: datetime


@dataclass(frozen=True)
class Box:
    labels: tuple[str, ...] = ()


def evolve(box: Box, event: Event) -> Box:
    return Box((*box.labels, event.label)) if isinstance(event, BoxOpened) else box


BOX: Fold[Box] = Fold(Box(), evolve)
PUBLISHED: tuple[type[Event], ...] = (BoxOpened,)


class BoxFull(Refusal):
    status = 409

    def __init__(self, limit: int) -> None:
        super().__init__("box_full", "The box is full; open another.", limit=limit)


class OpenBox(RequestModel):
    label: str
    weight: int = 0
    of: UUID | None = None


def changing_routes(streams: Streams, outside: list[str]) -> APIRouter:
    """`outside` is a world that is told of seals."""
    api = APIRouter()

    @api.post("/boxes/{box_id}", status_code=201)
    def open_box(box_id: UUID, body: OpenBox, request: Annotated[Asked, Depends(asked("administrator"))]) -> Response:
        organisation = OrganisationId(request.caller.organisation)

        def decide(work: Work) -> Answer:
            box = work.state(f"box-{box_id}", BOX)
            if len(box.labels) >= 3:
                raise BoxFull(3)
            facts: list[Event] = [
                BoxOpened(organisation_id=organisation, box_id=box_id, label=body.label, opened_at=request.now)
            ]
            if body.weight:
                facts.append(
                    BoxWeighed(organisation_id=organisation, box_id=box_id, grams=body.weight, weighed_at=request.now)
                )
            work.record(facts, request.cause)
            return {"box_id": str(box_id), "count": len(box.labels) + 1}

        return perform(streams, request, decide, status=201)

    @api.post("/boxes/{box_id}/shut")
    def shut_box(
        box_id: UUID, request: Annotated[Asked, Depends(asked("administrator", key_required=True))]
    ) -> Response:
        return perform(streams, request, lambda work: None)

    @api.post("/boxes/{box_id}/sealed")
    def seal_box(box_id: UUID, request: Annotated[Asked, Depends(asked("administrator"))]) -> Response:
        """Acts outside before it records, and tells more than it stores."""

        def show(kept: Any) -> Any:
            return {**kept, "wax": "red"}

        before = answered(streams, request, show=show)
        if before is not None:
            return before
        outside.append(str(box_id))
        return perform(streams, request, lambda _: {"box_id": str(box_id)}, show=show)

    return api


def reading_routes() -> APIRouter:
    api = APIRouter()

    @api.get("/boxes", dependencies=[Depends(caught_up)])
    def boxes(here: Annotated[Page, Depends(page)], colour: str = "") -> Response:
        start = 0 if here.after is None else here.after[0]
        rows = list(range(start, min(start + here.fetch, 25)))
        return here.answer(rows, after=lambda row: [row + 1], item=lambda row: {"number": row, "colour": colour})

    @api.get("/me")
    def me(who: Annotated[Caller, Depends(caller("operator", "administrator", "member"))]) -> dict[str, Any]:
        return {"user_id": str(who.user_id), "role": who.role, "organisation_id": str(who.organisation_id)}

    @api.get("/members-only")
    def members_only(_: Annotated[Caller, Depends(caller("member", recorded=True))]) -> dict[str, Any]:
        return {}

    @api.get("/broken")
    def broken() -> dict[str, Any]:
        raise ZeroDivisionError("the number was +5511999998888")

    return api


def build(
    settings: ServiceSettings, tools: Toolbox, standing: Standing | None = None, outside: list[str] | None = None
) -> Service:
    streams = tools.streams((BoxOpened, BoxWeighed))
    answers = [changing_routes(streams, [] if outside is None else outside), reading_routes()]
    return Service("boxes", streams, tells=PUBLISHED, answers=answers, standing=standing)


def settings_with(**changed: Any) -> ServiceSettings:
    given: dict[str, Any] = {
        "kafka": "127.0.0.1:1",
        "database": "postgresql://nobody@127.0.0.1:1/none",
        "jwt_public_key": pem_of(rsa_key()),
        "alias_key": "0f" * 32,
    }
    return ServiceSettings(**(given | changed))
