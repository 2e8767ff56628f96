"""Pipelines and the channels' rules, as administrators define them. What records stand on is retired, never lost."""

from __future__ import annotations

from collections.abc import Iterable

from recado_events.crm import PipelineDefined, PipelineRetired, RecordRulesSet, Stage
from recado_events.event import Event
from recado_events.ids import StageId

from crm.commands import ChangePipeline, CreatePipeline, RetirePipeline, SetRecordRules
from crm.domain.refusals import StageInRule, TooMany, UnknownPipeline, UnknownStage, UnknownStageOfPipeline
from crm.domain.setup import Setup
from crm.domain.staff import Staff

PIPELINES = 50
STAGES = 500
"""Of one pipeline, retired ones too: each of its definitions tells all of them."""


def create_pipeline(command: CreatePipeline, setup: Setup, staff: Staff) -> list[Event]:
    staff.check_may_set_up(command.by)
    if command.pipeline_id in setup.pipelines:
        return []
    if len([each for each in setup.pipelines.values() if not each.retired]) >= PIPELINES:
        raise TooMany(limit=PIPELINES)
    return [_defined(command, command.stages)]


def change_pipeline(command: ChangePipeline, setup: Setup, staff: Staff) -> list[Event]:
    """Stages left out are retired: their records stay in them."""
    staff.check_may_set_up(command.by)
    known = setup.pipelines.get(command.pipeline_id)
    if known is None or known.retired:
        raise UnknownPipeline
    before = {stage.stage_id: stage for stage in known.stages}
    kept = {stage.stage_id for stage in command.stages}
    if kept - before.keys() - command.new:
        raise UnknownStageOfPipeline
    left_out = [stage.model_copy(update={"retired": True}) for stage in known.stages if stage.stage_id not in kept]
    _check_no_rule(setup, (stage.stage_id for stage in left_out))
    stages = (*command.stages, *left_out)
    if len(stages) > max(STAGES, len(known.stages)):
        raise TooMany(limit=STAGES)
    if known.name == command.name and known.stages == stages:
        return []
    return [_defined(command, stages)]


def retire_pipeline(command: RetirePipeline, setup: Setup, staff: Staff) -> list[Event]:
    staff.check_may_set_up(command.by)
    known = setup.pipelines.get(command.pipeline_id)
    if known is None:
        raise UnknownPipeline
    if known.retired:
        return []
    _check_no_rule(setup, (stage.stage_id for stage in known.stages))
    return [
        PipelineRetired(
            organisation_id=command.organisation_id,
            pipeline_id=command.pipeline_id,
            retired_by=command.by.user_id,
            retired_at=command.now,
        )
    ]


def set_record_rules(command: SetRecordRules, setup: Setup, staff: Staff) -> list[Event]:
    """For conversations that begin from now on."""
    staff.check_may_set_up(command.by)
    place = setup.place(command.stage_id)
    if place is None and command.stage_id is not None:
        raise UnknownStage
    rules = RecordRulesSet(
        organisation_id=command.organisation_id,
        phone_number_id=command.phone_number_id,
        company=command.company,
        pipeline_id=place[0] if place else None,
        stage_id=command.stage_id,
        set_by=command.by.user_id,
        set_at=command.now,
    )
    known = setup.rules.get(command.phone_number_id)
    return [] if known is not None and (known.company, known.stage_id) == (rules.company, rules.stage_id) else [rules]


def _check_no_rule(setup: Setup, stages: Iterable[StageId]) -> None:
    gone = set(stages)
    used = sorted(number for number, rules in setup.rules.items() if rules.stage_id in gone)
    if used:
        raise StageInRule(phone_number_ids=used)


def _defined(command: CreatePipeline, stages: tuple[Stage, ...]) -> PipelineDefined:
    return PipelineDefined(
        organisation_id=command.organisation_id,
        pipeline_id=command.pipeline_id,
        name=command.name,
        stages=stages,
        defined_by=command.by.user_id,
        defined_at=command.now,
    )
