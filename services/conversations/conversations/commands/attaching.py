"""What people do with files, and what the gateway told of those of customers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from recado_events.ids import AttachmentId, MessageId, OrganisationId, PhoneNumberId

from conversations.commands.asking import OnConversation, Person


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRead:
    """The file is kept; what it is called, is declared and is was read of it."""

    filename: str
    declared_type: str | None
    sniffed_type: str | None
    flags: tuple[str, ...]
    key: str
    sha256: str
    size: int
    thumbnail: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadAttachment(OnConversation):
    attachment_id: AttachmentId
    file: FileRead


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadReplyFile:
    """For quick replies: the organisation's, of no conversation."""

    organisation_id: OrganisationId
    attachment_id: AttachmentId
    file: FileRead
    by: Person
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SendAttachment(OnConversation):
    message_id: MessageId
    attachment_id: AttachmentId
    caption: str | None = None
    reply_to: MessageId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteAttachment:
    """What became of a customer's file: its bytes are kept, or will not come."""

    organisation_id: OrganisationId
    phone_number_id: PhoneNumberId
    message_id: MessageId
    state: Literal["stored", "lost"]
    key: str | None = None
    size: int | None = None
    mime_type: str | None = None
    flags: tuple[str, ...] = ()
    thumbnail: str | None = None
    reason: str | None = None
    now: datetime
