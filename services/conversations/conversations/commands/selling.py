"""What crm told of pipelines and pipeline records, to be noted here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from recado_events.ids import ContactId, ConversationId, OrganisationId, PipelineId, PipelineRecordId, StageId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class NotePipeline:
    organisation_id: OrganisationId
    pipeline_id: PipelineId
    stages: Mapping[StageId, str]
    """Their names."""
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NotePipelineRecord:
    """What is None was not told; a tuple that holds None tells that there is none."""

    organisation_id: OrganisationId
    pipeline_record_id: PipelineRecordId
    name: str | None = None
    place: tuple[PipelineId, StageId] | None = None
    contact: tuple[ContactId | None] | None = None
    amount: tuple[int | None, str | None] | None = None
    """In the currency's minor units, and the currency."""
    owner: tuple[UserId | None] | None = None
    conversation_id: ConversationId | None = None
    """The one it was opened in."""
    now: datetime
