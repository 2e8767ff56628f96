"""Texts that are written beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from recado_events.ids import AttachmentId, MessageId, OrganisationId

from conversations.commands.asking import OnConversation, Person


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteQuickReply:
    organisation_id: OrganisationId
    quick_reply_id: UUID
    is_new: bool
    shortcut: str
    title: str
    text: str
    fallbacks: Mapping[str, str] = field(default_factory=dict)
    attachment_id: AttachmentId | None = None
    """A file that was put aside for quick replies."""
    by: Person
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveQuickReply:
    organisation_id: OrganisationId
    quick_reply_id: UUID
    by: Person
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SendQuickReply(OnConversation):
    message_id: MessageId
    quick_reply_id: UUID
    text: str | None = None
    """As it was changed before it is sent; None: as it is written, with the values of this conversation."""
    reply_to: MessageId | None = None
