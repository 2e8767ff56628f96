"""Facts about files that conversations keeps for itself."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import AwareDatetime
from recado_events.conversations import OfConversation, OfMessage, QuickReplyFile
from recado_events.event import Event, Personal
from recado_events.ids import AttachmentId, MessageId, PhoneNumberId, UserId


class FileName(Personal):
    filename: str


class AttachmentUploaded(OfConversation):
    """Somebody put a file aside, to be sent in this conversation; checked."""

    TYPE: ClassVar[str] = "conversations.attachment-uploaded.v1"
    STREAM: ClassVar[str] = "attachment-{attachment_id}"
    attachment_id: AttachmentId
    kind: Literal["image", "audio", "video", "document"]
    file_key: str
    sha256: str
    size: int
    mime_type: str
    flags: tuple[str, ...] = ()
    thumbnail: str | None = None
    uploaded_by: UserId
    uploaded_at: AwareDatetime
    personal: FileName | None


class ReplyFileUploaded(Event):
    """Somebody put a file aside for quick replies; checked."""

    TYPE: ClassVar[str] = "conversations.reply-file-uploaded.v1"
    STREAM: ClassVar[str] = "attachment-{attachment_id}"
    SUBJECT: ClassVar[str] = "{attachment_id}"
    KEY: ClassVar[str] = "{organisation_id}"
    attachment_id: AttachmentId
    file: QuickReplyFile
    flags: tuple[str, ...] = ()
    uploaded_by: UserId
    uploaded_at: AwareDatetime


class FileNoted(Event):
    """What the gateway told of a file."""

    state: Literal["stored", "lost"]
    file_key: str | None = None
    size: int | None = None
    mime_type: str | None = None
    flags: tuple[str, ...] = ()
    thumbnail: str | None = None
    reason: str | None = None
    noted_at: AwareDatetime


class AttachmentNoted(FileNoted, OfMessage):
    """Of a customer's."""

    TYPE: ClassVar[str] = "conversations.attachment-noted.v1"


class PastAttachmentNoted(FileNoted):
    """Of one from before the number came here."""

    TYPE: ClassVar[str] = "conversations.past-attachment-noted.v1"
    STREAM: ClassVar[str] = "past-{message_id}"
    SUBJECT: ClassVar[str] = "{message_id}"
    KEY: ClassVar[str] = "{organisation_id}:{phone_number_id}"

    phone_number_id: PhoneNumberId
    message_id: MessageId


ATTACHMENTS: tuple[type[Event], ...] = (AttachmentUploaded, ReplyFileUploaded, AttachmentNoted, PastAttachmentNoted)
