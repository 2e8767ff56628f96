"""Files in conversations: put aside by who may reply there, sent as messages, and those of customers as they come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from recado_events.content import OutgoingMedia
from recado_events.conversations import QuickReplyFile
from recado_events.event import Event
from recado_events.ids import ConversationId, OrganisationId

from conversations.commands.attaching import NoteAttachment, SendAttachment, UploadAttachment, UploadReplyFile
from conversations.domain import attachment_types
from conversations.domain.attachment_types import LARGEST, FileType
from conversations.domain.file_refusals import (
    AttachmentEmpty,
    AttachmentTooLarge,
    CaptionNotAllowed,
    DangerousAttachment,
    UnknownAttachment,
)
from conversations.domain.message import Message
from conversations.domain.places import ConversationPlace
from conversations.domain.private_attachments import AttachmentNoted, AttachmentUploaded, FileName, ReplyFileUploaded


@dataclass(frozen=True, slots=True)
class Attachment:
    conversation_id: ConversationId | None = None
    content: OutgoingMedia | None = None
    """As it would be sent; None while there is no such attachment, or no more."""
    organisation_id: OrganisationId | None = None
    file: QuickReplyFile | None = None
    """Of one that was put aside for quick replies, in no conversation."""


NONE = Attachment()


def upload(command: UploadAttachment, place: ConversationPlace, attachment: Attachment) -> list[Event]:
    if attachment.conversation_id is not None:
        return []
    file = command.file
    found = check(file.filename, file.declared_type, file.sniffed_type, file.size, file.flags)
    return [
        AttachmentUploaded(
            **place,
            attachment_id=command.attachment_id,
            kind=found.kind,
            file_key=file.key,
            sha256=file.sha256,
            size=file.size,
            mime_type=found.mime_type,
            flags=file.flags,
            thumbnail=file.thumbnail,
            uploaded_by=command.by.user_id,
            uploaded_at=command.now,
            personal=FileName(filename=attachment_types.safe_name(file.filename)),
        )
    ]


def upload_for_replies(command: UploadReplyFile, attachment: Attachment) -> list[Event]:
    if attachment.organisation_id is not None:
        return []
    file = command.file
    found = check(file.filename, file.declared_type, file.sniffed_type, file.size, file.flags)
    return [
        ReplyFileUploaded(
            organisation_id=command.organisation_id,
            attachment_id=command.attachment_id,
            file=QuickReplyFile(
                attachment_id=command.attachment_id,
                kind=found.kind,
                key=file.key,
                sha256=file.sha256,
                size=file.size,
                mime_type=found.mime_type,
                name=attachment_types.safe_name(file.filename),
                thumbnail=file.thumbnail,
            ),
            flags=file.flags,
            uploaded_by=command.by.user_id,
            uploaded_at=command.now,
        )
    ]


def check(filename: str, declared: str | None, sniffed: str | None, size: int, flags: Sequence[str]) -> FileType:
    """What may be put aside. Raises why something else may not; nothing but this is done with that."""
    if size == 0:
        raise AttachmentEmpty
    found = attachment_types.check(filename, declared, sniffed)
    if size > LARGEST[found.kind]:
        raise AttachmentTooLarge(kind=found.kind, largest=LARGEST[found.kind])
    if {"malware", "bomb"} & set(flags):
        raise DangerousAttachment
    return found


def content_of(command: SendAttachment, attachment: Attachment) -> OutgoingMedia:
    """What is sent. Raises UnknownAttachment for one of another conversation: who sees that may not see this."""
    if attachment.content is None or attachment.conversation_id != command.conversation_id:
        raise UnknownAttachment
    if command.caption and attachment.content.kind == "audio":
        raise CaptionNotAllowed
    return attachment.content.model_copy(update={"caption": command.caption or None})


def note(command: NoteAttachment, message: Message) -> list[Event]:
    if message.conversation_id is None or message.customer_id is None or message.attachment is not None:
        return []
    return [
        AttachmentNoted(
            organisation_id=command.organisation_id,
            phone_number_id=command.phone_number_id,
            customer_id=message.customer_id,
            conversation_id=message.conversation_id,
            message_id=command.message_id,
            **became_of_it(command),
        )
    ]


def became_of_it(command: NoteAttachment) -> dict[str, Any]:
    """What the gateway told of a file, as events have it."""
    return {
        "state": command.state,
        "file_key": command.key,
        "size": command.size,
        "mime_type": command.mime_type,
        "flags": command.flags,
        "thumbnail": command.thumbnail,
        "reason": command.reason,
        "noted_at": command.now,
    }


def evolve(attachment: Attachment, event: Event) -> Attachment:
    match event:
        case AttachmentUploaded():
            return Attachment(event.conversation_id, _content(event))
        case ReplyFileUploaded():
            return Attachment(organisation_id=event.organisation_id, file=event.file)
    return attachment


def _content(event: AttachmentUploaded) -> OutgoingMedia | None:
    if event.personal is None:
        return None
    return OutgoingMedia(
        kind=event.kind,
        key=event.file_key,
        sha256=event.sha256,
        size=event.size,
        mime_type=event.mime_type,
        filename=event.personal.filename,
        thumbnail=event.thumbnail,
    )
