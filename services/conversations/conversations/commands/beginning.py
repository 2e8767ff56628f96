"""What people ask of templates: begin a conversation with one, or send one where a conversation is already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from recado_events.identity import Alias
from recado_events.ids import (
    ContactId,
    MessageId,
    OrganisationId,
    PhoneNumberId,
    PipelineRecordId,
    TemplateId,
)

from conversations.commands.asking import OnConversation, Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A template, and values that are to stand in place of what is known."""

    template_id: TemplateId
    values: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """By name of the merge field; `copy_code` is the code to copy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendTemplate(OnConversation):
    message_id: MessageId
    choice: Choice
    pipeline_record_id: PipelineRecordId | None = None
    """What it is about: its fields are filled in. One of this customer's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithSomebody:
    """Somebody at a business number: a contact, that of a pipeline record, or who has the number that was typed."""

    organisation_id: OrganisationId
    phone_number_id: PhoneNumberId
    contact_id: ContactId | None = None
    pipeline_record_id: PipelineRecordId | None = None
    typed: Alias | None = None
    choice: Choice
    by: Person
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StartChat(WithSomebody):
    message_id: MessageId


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewTemplate(WithSomebody):
    """Rendered as it would be sent; nothing is."""
