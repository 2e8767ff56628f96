"""What administrators set up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from recado_events.crm import Choice, Stage
from recado_events.ids import OrganisationId, PhoneNumberId, PipelineId, StageId

from crm.commands.contacts import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class OnSetup:
    organisation_id: OrganisationId
    by: Person
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatePipeline(OnSetup):
    pipeline_id: PipelineId
    name: str
    stages: tuple[Stage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePipeline(CreatePipeline):
    """Its stages from now on, in order; those left out are retired."""

    new: frozenset[StageId] = frozenset()
    """The stages whose ids were made for this command."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetirePipeline(OnSetup):
    pipeline_id: PipelineId


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRecordRules(OnSetup):
    phone_number_id: PhoneNumberId
    company: bool
    stage_id: StageId | None
    """Where a pipeline record is opened for each conversation that a customer begins; None: none is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DefineContactField(OnSetup):
    field: str
    label: str
    value_type: str
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeContactField(OnSetup):
    """Another label, or more choices: contacts may hold the old ones."""

    field: str
    label: str
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RetireContactField(OnSetup):
    field: str
