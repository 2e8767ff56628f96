"""Texts that were written beforehand, each under a shortcut."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime, Field

from recado_events.event import Event
from recado_events.ids import UserId


class OfQuickReply(Event):
    """The texts are the business's own, not a person's."""

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
    """With merge fields, as `#{contact.first_name}`."""
    fallbacks: dict[str, str] = Field(default_factory=dict)
    """By merge field: what stands in its place where nothing is known."""
    written_by: UserId
    written_at: AwareDatetime


class QuickReplyRemoved(OfQuickReply):
    TYPE: ClassVar[str] = "conversations.quick-reply-removed.v1"
    removed_by: UserId
    removed_at: AwareDatetime
