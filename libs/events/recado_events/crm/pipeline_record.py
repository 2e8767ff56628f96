"""Pipeline records: what may be sold, at which stage of which pipeline, for how much."""

from __future__ import annotations

from typing import ClassVar

from pydantic import AwareDatetime

from recado_events.crm.writing import Edits, NoteText
from recado_events.event import Event, Personal
from recado_events.ids import (
    CompanyId,
    ContactId,
    ConversationId,
    MessageId,
    NoteId,
    PipelineId,
    PipelineRecordId,
    StageId,
    UserId,
)


class OfPipelineRecord(Event):
    STREAM: ClassVar[str] = "record-{pipeline_record_id}"
    SUBJECT: ClassVar[str] = "{pipeline_record_id}"
    KEY: ClassVar[str] = "{organisation_id}"

    pipeline_record_id: PipelineRecordId


class PipelineRecordDetails(Personal):
    name: str


class PipelineRecordOpened(OfPipelineRecord):
    """`amount` is an integer in the currency's minor units (cents; yen have none), `currency` its ISO 4217 code."""

    TYPE: ClassVar[str] = "crm.pipeline-record-opened.v1"
    origin: str
    """rule (the channel's) or person."""
    pipeline_id: PipelineId
    stage_id: StageId
    contact_id: ContactId | None = None
    company_id: CompanyId | None = None
    conversation_id: ConversationId | None = None
    message_id: MessageId | None = None
    """The message it was made from."""
    amount: int | None = None
    currency: str | None = None
    owner_id: UserId | None = None
    opened_by: UserId | None = None
    opened_at: AwareDatetime
    personal: PipelineRecordDetails | None


class PipelineRecordMoved(OfPipelineRecord):
    """To another stage, perhaps of another pipeline."""

    TYPE: ClassVar[str] = "crm.pipeline-record-moved.v1"
    pipeline_id: PipelineId
    stage_id: StageId
    previous_stage_id: StageId
    outcome: str
    """The stage's: open, won or lost."""
    moved_by: UserId
    moved_at: AwareDatetime


class PipelineRecordAmountSet(OfPipelineRecord):
    """In minor units of the currency; both None: it has no amount any more."""

    TYPE: ClassVar[str] = "crm.pipeline-record-amount-set.v1"
    amount: int | None
    currency: str | None
    previous_amount: int | None = None
    previous_currency: str | None = None
    set_by: UserId
    set_at: AwareDatetime


class PipelineRecordRelated(OfPipelineRecord):
    """The contact and the company it concerns from now on."""

    TYPE: ClassVar[str] = "crm.pipeline-record-related.v1"
    contact_id: ContactId | None
    company_id: CompanyId | None
    related_by: UserId
    related_at: AwareDatetime


class PipelineRecordFieldsEdited(OfPipelineRecord):
    TYPE: ClassVar[str] = "crm.pipeline-record-fields-edited.v1"
    fields: tuple[str, ...]
    edited_by: UserId
    edited_at: AwareDatetime
    personal: Edits | None


class PipelineRecordOwnerChanged(OfPipelineRecord):
    TYPE: ClassVar[str] = "crm.pipeline-record-owner-changed.v1"
    owner_id: UserId
    previous_id: UserId | None = None
    why: str
    """assigned (copied from the conversation it was opened for) or person."""
    changed_by: UserId | None = None
    changed_at: AwareDatetime


class PipelineRecordNoteAdded(OfPipelineRecord):
    TYPE: ClassVar[str] = "crm.pipeline-record-note-added.v1"
    note_id: NoteId
    message_id: MessageId | None = None
    """The message it was made from."""
    added_by: UserId
    added_at: AwareDatetime
    personal: NoteText | None
