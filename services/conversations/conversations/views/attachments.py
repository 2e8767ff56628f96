"""Files of messages, as the timeline shows them and downloads find them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import singledispatch
from typing import Any, Protocol
from uuid import UUID

from recado_events import conversations as told
from recado_events.content import Media, OutgoingMedia
from recado_events.event import Event

from conversations.domain.private import AcceptanceNoted
from conversations.domain.private_attachments import AttachmentNoted
from conversations.views.change import Change, Changes, of_conversation

Row = dict[str, Any]


class AttachmentQuestions(Protocol):
    def of_messages(self, message_ids: Sequence[UUID]) -> Mapping[UUID, Row]: ...

    def of_message(self, conversation_id: UUID, message_id: UUID) -> Row | None:
        """None for one without a file, and where its sender took it back."""
        ...


@singledispatch
def attachment_changes(event: Event, position: int) -> Changes:
    return iter(())


@attachment_changes.register(told.MessageReceived)
@attachment_changes.register(told.MessageEchoed)
def _(event: told.MessageReceived | told.MessageEchoed, position: int) -> Changes:
    content = event.personal.content if event.personal else None
    if isinstance(content, Media):
        yield _of(event, "announced", kind=content.kind, filename=content.filename)


@attachment_changes.register
def _(event: told.MessageReleased, position: int) -> Changes:
    content = event.personal.content if event.personal else None
    if isinstance(content, OutgoingMedia):
        yield _of(
            event,
            "sent",
            kind=content.kind,
            filename=content.filename,
            file_key=content.key,
            size=content.size,
            mime_type=content.mime_type,
            thumbnail=content.thumbnail,
        )


@attachment_changes.register
def _(event: AttachmentNoted, position: int) -> Changes:
    yield _of(
        event,
        "settled",
        state=event.state,
        file_key=event.file_key,
        size=event.size,
        mime_type=event.mime_type,
        flags=list(event.flags),
        thumbnail=event.thumbnail,
        reason=event.reason,
    )


@attachment_changes.register
def _(event: AcceptanceNoted, position: int) -> Changes:
    yield _of(event, "bound", wamid_id=event.wamid_id)


@attachment_changes.register
def _(event: told.MessageRevoked, position: int) -> Changes:
    yield _of(event, "revoked", target_id=event.target_id)


def _of(event: told.OfMessage, statement: str, **values: Any) -> Change:
    return of_conversation(event, statement, message_id=event.message_id, **values)
