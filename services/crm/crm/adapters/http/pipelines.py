"""What administrators set up: pipelines with their stages, and the channels' rules for automatic records."""

# No postponed annotations here: FastAPI could not resolve a local type.
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Path
from pydantic import Field
from recado_chassis.http.commands import Asked, perform
from recado_chassis.http.models import RequestModel
from recado_chassis.ports import Ids
from recado_chassis.streams import Streams
from recado_chassis.work import Work
from recado_events.crm import Stage
from recado_events.ids import PhoneNumberId, PipelineId, StageId
from starlette.responses import Response

from crm.adapters.http.people import SettingUp as Asking
from crm.adapters.http.people import person_of, viewing
from crm.application import SettingUp
from crm.application.folds import FOLDS
from crm.commands import ChangePipeline, CreatePipeline, RetirePipeline, SetRecordRules
from crm.domain.refusals import UnknownPipeline
from crm.domain.setup import Pipeline, Setup
from crm.views import Row, Viewer

Number = Annotated[str, Path(pattern=r"^[0-9]{1,32}$")]
Label = Annotated[str, Field(min_length=1, max_length=100)]


class NewStageBody(RequestModel):
    name: Label
    outcome: Literal["open", "won", "lost"] = "open"


class StageBody(NewStageBody):
    stage_id: UUID | None = None
    """Left out: a new stage."""


class NewPipelineBody(RequestModel):
    name: Label
    stages: Annotated[list[NewStageBody], Field(min_length=1, max_length=50)]
    """In their order."""


class PipelineBody(RequestModel):
    """As it is from now on. Stages left out are retired: their records stay in them."""

    name: Label
    stages: Annotated[list[StageBody], Field(min_length=1, max_length=50)]


class RulesBody(RequestModel):
    """What the channel's conversations make by themselves, beside the contact."""

    company: bool = True
    """A company, of a shared contact card that names one."""
    stage_id: UUID | None = None
    """A pipeline record at this stage, for each conversation that a customer begins."""


def setup_routes(streams: Streams, setting_up: SettingUp, ids: Ids) -> APIRouter:
    router = APIRouter(tags=["pipelines"])
    _add_looking(router, streams)
    _add_pipelines(router, streams, setting_up, ids)
    _add_rules(router, streams, setting_up)
    return router


def setup_of(streams: Streams, organisation_id: UUID) -> Setup:
    found: Setup = streams.read(f"organisation-{organisation_id}", FOLDS["organisation"])
    return found


def _add_looking(router: APIRouter, streams: Streams) -> None:
    Viewing = Annotated[Viewer, Depends(viewing(streams))]  # noqa: N806 (a type, though a local one)

    @router.get("/pipelines")
    def pipelines(who: Viewing) -> Row:
        known = setup_of(streams, who.organisation_id).pipelines
        return {"items": [_shown(pipeline_id, each) for pipeline_id, each in known.items()], "next_cursor": None}

    @router.get("/pipelines/{pipeline_id}")
    def pipeline(pipeline_id: UUID, who: Viewing) -> Row:
        found = setup_of(streams, who.organisation_id).pipelines.get(PipelineId(pipeline_id))
        if found is None:
            raise UnknownPipeline
        return _shown(PipelineId(pipeline_id), found)

    @router.get("/channels/{phone_number_id}/record-rules")
    def rules(phone_number_id: Number, who: Viewing) -> Row:
        setup = setup_of(streams, who.organisation_id)
        found = setup.rules_of(PhoneNumberId(phone_number_id))
        place = setup.place(found.stage_id)
        return {
            "company": found.company,
            "pipeline_id": place[0] if place else None,
            "stage_id": found.stage_id,
        }


def _add_pipelines(router: APIRouter, streams: Streams, setting_up: SettingUp, ids: Ids) -> None:
    @router.post("/pipelines", status_code=201)
    def create(body: NewPipelineBody, request: Asking) -> Response:
        stages = tuple(_stage(StageId(ids.new()), each) for each in body.stages)
        command = CreatePipeline(**_by(request), pipeline_id=PipelineId(ids.new()), name=body.name, stages=stages)

        def decide(work: Work) -> Row:
            setting_up.create_pipeline(work, command, request.cause)
            return _made(command)

        return perform(streams, request, decide, status=201)

    @router.put("/pipelines/{pipeline_id}")
    def change(pipeline_id: UUID, body: PipelineBody, request: Asking) -> Response:
        told = [(StageId(each.stage_id or ids.new()), each) for each in body.stages]
        command = ChangePipeline(
            **_by(request),
            pipeline_id=PipelineId(pipeline_id),
            name=body.name,
            stages=tuple(_stage(stage_id, each) for stage_id, each in told),
            new=frozenset(stage_id for stage_id, each in told if each.stage_id is None),
        )

        def decide(work: Work) -> Row:
            setting_up.change_pipeline(work, command, request.cause)
            return _made(command)

        return perform(streams, request, decide)

    @router.delete("/pipelines/{pipeline_id}", status_code=204)
    def retire(pipeline_id: UUID, request: Asking) -> Response:
        command = RetirePipeline(**_by(request), pipeline_id=PipelineId(pipeline_id))

        def decide(work: Work) -> None:
            setting_up.retire_pipeline(work, command, request.cause)

        return perform(streams, request, decide)


def _add_rules(router: APIRouter, streams: Streams, setting_up: SettingUp) -> None:
    @router.put("/channels/{phone_number_id}/record-rules")
    def set_rules(phone_number_id: Number, body: RulesBody, request: Asking) -> Response:
        command = SetRecordRules(
            **_by(request),
            phone_number_id=PhoneNumberId(phone_number_id),
            company=body.company,
            stage_id=None if body.stage_id is None else StageId(body.stage_id),
        )

        def decide(work: Work) -> Row:
            setting_up.set_record_rules(work, command, request.cause)
            return body.model_dump(mode="json")

        return perform(streams, request, decide)


def _stage(stage_id: StageId, body: NewStageBody) -> Stage:
    return Stage(stage_id=stage_id, name=body.name, outcome=body.outcome)


def _made(command: CreatePipeline) -> Row:
    return {"pipeline_id": str(command.pipeline_id), "stage_ids": [str(each.stage_id) for each in command.stages]}


def _shown(pipeline_id: PipelineId, pipeline: Pipeline) -> Row:
    stages = [each.model_dump(mode="json") for each in pipeline.stages]
    return {"pipeline_id": pipeline_id, "name": pipeline.name, "retired": pipeline.retired, "stages": stages}


def _by(request: Asked) -> dict[str, Any]:
    return {"organisation_id": request.caller.organisation, "by": person_of(request.caller), "now": request.now}
