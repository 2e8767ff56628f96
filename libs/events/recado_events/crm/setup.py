"""What an organisation's administrators have set up: pipelines, rules for automatic records, custom fields."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime

from recado_events.event import Event, Fact
from recado_events.ids import PhoneNumberId, PipelineId, StageId, UserId


class OfSetup(Event):
    STREAM: ClassVar[str] = "organisation-{organisation_id}"
    SUBJECT: ClassVar[str] = "{organisation_id}"
    KEY: ClassVar[str] = "{organisation_id}"


class Stage(Fact):
    stage_id: StageId
    name: str
    outcome: str
    """open, won or lost."""
    retired: bool = False
    """Records may stay there, but none goes there any more."""


class PipelineDefined(OfSetup):
    """The whole pipeline as it is from now on, its stages in their order."""

    TYPE: ClassVar[str] = "crm.pipeline-defined.v1"
    pipeline_id: PipelineId
    name: str
    stages: tuple[Stage, ...]
    defined_by: UserId
    defined_at: AwareDatetime


class PipelineRetired(OfSetup):
    """Its records stay; no record goes there any more."""

    TYPE: ClassVar[str] = "crm.pipeline-retired.v1"
    pipeline_id: PipelineId
    retired_by: UserId
    retired_at: AwareDatetime


class RecordRulesSet(OfSetup):
    """What a channel's conversations make by themselves, beside the contact."""

    TYPE: ClassVar[str] = "crm.record-rules-set.v1"
    phone_number_id: PhoneNumberId
    company: bool
    """Whether a company is made of a shared contact card that names one."""
    pipeline_id: PipelineId | None = None
    """Where a pipeline record is opened for each conversation that a customer begins; None: none is."""
    stage_id: StageId | None = None
    set_by: UserId
    set_at: AwareDatetime


class Choice(Fact):
    choice: str
    """Its key, which is what a contact's field holds."""
    label: str


class ContactFieldDefined(OfSetup):
    """A custom field of contacts as it is from now on."""

    TYPE: ClassVar[str] = "crm.contact-field-defined.v1"
    field: str
    """custom_ and a word: its name in a contact's fields and, after `contact.`, in merge fields."""
    label: str
    value_type: str
    """text, number (a decimal, written as text), date, choice or boolean. Never changes."""
    choices: tuple[Choice, ...] = ()
    defined_by: UserId
    defined_at: AwareDatetime


class ContactFieldRetired(OfSetup):
    """What contacts have in it stays; nothing is written into it any more."""

    TYPE: ClassVar[str] = "crm.contact-field-retired.v1"
    field: str
    retired_by: UserId
    retired_at: AwareDatetime
