"""Texts that were written beforehand, each under a shortcut."""

from __future__ import annotations

from typing import ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from recado_events.event import Event, Fact
from recado_events.ids import AttachmentId, UserId


class QuickReplyFile(Fact):
    """A file of the business that is sent with the text, checked: what it is called, is declared and is agree."""

    attachment_id: AttachmentId
    kind: Literal["image", "audio", "video", "document"]
    key: str
    """Where the files have it."""
    sha256: str
    """In hex."""
    size: int
    mime_type: str
    name: str
    thumbnail: str | None = None
    """Where the files have a small picture of it, a JPEG; only of images."""


class OfQuickReply(Event):
    """Texts and files are the business's own, not a person's."""

    STREAM: ClassVar[str] = "replies-{organisation_id}"
    SUBJECT: ClassVar[str] = "{quick_reply_id}"
    KEY: ClassVar[str] = "{organisation_id}"

    quick_reply_id: UUID


class QuickReplyWritten(OfQuickReply):
    """A new one, or one that reads differently from here on."""

    TYPE: ClassVar[str] = "conversations.quick-reply-written.v1"
    shortcut: str
    """What is typed for it, in small letters; one organisation has each once."""
    title: str
    text: str
    """With merge fields, as `#{contact.first_name}`; with a file its caption, which may be empty."""
    fallbacks: dict[str, str] = Field(default_factory=dict)
    """By merge field: what stands in its place where nothing is known."""
    file: QuickReplyFile | None = None
    written_by: UserId
    written_at: AwareDatetime


class QuickReplyRemoved(OfQuickReply):
    TYPE: ClassVar[str] = "conversations.quick-reply-removed.v1"
    removed_by: UserId
    removed_at: AwareDatetime
