"""What administrators have set up: pipelines with their stages, the channels' rules, the custom fields of contacts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from recado_events.crm import (
    ContactFieldDefined,
    ContactFieldRetired,
    PipelineDefined,
    PipelineRetired,
    RecordRulesSet,
    Stage,
)
from recado_events.event import Event
from recado_events.ids import PhoneNumberId, PipelineId, StageId


@dataclass(frozen=True, slots=True)
class Pipeline:
    name: str
    stages: tuple[Stage, ...]
    retired: bool = False


@dataclass(frozen=True, slots=True)
class Rules:
    """Of a channel. Without any, a card's company is made and no pipeline record is opened (rule 33)."""

    company: bool = True
    stage_id: StageId | None = None


@dataclass(frozen=True, slots=True)
class CustomField:
    label: str
    value_type: str
    choices: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    retired: bool = False


@dataclass(frozen=True, slots=True)
class Setup:
    pipelines: Mapping[PipelineId, Pipeline] = field(default_factory=lambda: MappingProxyType({}))
    rules: Mapping[PhoneNumberId, Rules] = field(default_factory=lambda: MappingProxyType({}))
    fields: Mapping[str, CustomField] = field(default_factory=lambda: MappingProxyType({}))

    def place(self, stage_id: StageId | None) -> tuple[PipelineId, Stage] | None:
        """Where records may go: the pipeline of a stage and the stage; None where it is retired or unknown."""
        for pipeline_id, pipeline in self.pipelines.items():
            for stage in pipeline.stages:
                if stage.stage_id == stage_id and not pipeline.retired and not stage.retired:
                    return pipeline_id, stage
        return None

    def rules_of(self, phone_number_id: PhoneNumberId) -> Rules:
        return self.rules.get(phone_number_id, Rules())


def evolve(setup: Setup, event: Event) -> Setup:
    match event:
        case PipelineDefined():
            return _with_pipeline(setup, event.pipeline_id, Pipeline(event.name, event.stages))
        case PipelineRetired():
            known = setup.pipelines.get(event.pipeline_id, Pipeline("", ()))
            return _with_pipeline(setup, event.pipeline_id, replace(known, retired=True))
        case RecordRulesSet():
            rules = Rules(event.company, event.stage_id)
            return replace(setup, rules=MappingProxyType({**setup.rules, event.phone_number_id: rules}))
        case ContactFieldDefined():
            choices = MappingProxyType({each.choice: each.label for each in event.choices})
            return _with_field(setup, event.field, CustomField(event.label, event.value_type, choices))
        case ContactFieldRetired():
            defined = setup.fields.get(event.field, CustomField("", "text"))
            return _with_field(setup, event.field, replace(defined, retired=True))
    return setup


def _with_pipeline(setup: Setup, pipeline_id: PipelineId, pipeline: Pipeline) -> Setup:
    return replace(setup, pipelines=MappingProxyType({**setup.pipelines, pipeline_id: pipeline}))


def _with_field(setup: Setup, name: str, custom: CustomField) -> Setup:
    return replace(setup, fields=MappingProxyType({**setup.fields, name: custom}))
