"""What people ask of pipeline records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from recado_events.ids import (
    CompanyId,
    ContactId,
    ConversationId,
    MessageId,
    NoteId,
    OrganisationId,
    PipelineRecordId,
    StageId,
    UserId,
)

from crm.commands.contacts import Person


@dataclass(frozen=True, slots=True)
class Amount:
    """`minor` is an integer in minor units of the currency (ISO 4217)."""

    minor: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OnPipelineRecord:
    organisation_id: OrganisationId
    pipeline_record_id: PipelineRecordId
    by: Person
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPipelineRecord(OnPipelineRecord):
    stage_id: StageId
    name: str
    amount: Amount | None = None
    contact_id: ContactId | None = None
    company_id: CompanyId | None = None
    conversation_id: ConversationId | None = None
    message_id: MessageId | None = None
    owner_id: UserId | None = None
    """None: whoever asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MovePipelineRecord(OnPipelineRecord):
    stage_id: StageId


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAmount(OnPipelineRecord):
    amount: Amount | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatePipelineRecord(OnPipelineRecord):
    contact_id: ContactId | None
    company_id: CompanyId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EditPipelineRecord(OnPipelineRecord):
    """New values by field; None empties one."""

    values: Mapping[str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePipelineRecordOwner(OnPipelineRecord):
    owner_id: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPipelineRecordNote(OnPipelineRecord):
    note_id: NoteId
    text: str
    message_id: MessageId | None = None
