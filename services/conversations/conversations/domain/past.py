"""What was written before the number came here: it is shown and decides nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from recado_events.conversations import Past, PastMessageImported
from recado_events.event import Event

from conversations.commands import ImportPast, PastMessage
from conversations.commands.attaching import NoteAttachment
from conversations.domain.attachments import became_of_it
from conversations.domain.private_attachments import PastAttachmentNoted

PLACEHOLDER = "media_placeholder"
"""Media comes later, under the same id, or never."""


@dataclass(frozen=True, slots=True)
class Known:
    """What was imported under an id: its kind, and whether it is known what became of its file."""

    kind: str | None = None
    is_settled: bool = False


def evolve(known: Known, event: Event) -> Known:
    match event:
        case PastMessageImported():
            return replace(known, kind=event.kind)
        case PastAttachmentNoted():
            return replace(known, is_settled=True)
    return known


def note(command: NoteAttachment, known: Known) -> list[Event]:
    """The file of a message that was imported, whoever it turns out to be from."""
    if known.kind is None or known.is_settled:
        return []
    return [
        PastAttachmentNoted(
            organisation_id=command.organisation_id,
            phone_number_id=command.phone_number_id,
            message_id=command.message_id,
            **became_of_it(command),
        )
    ]


def import_message(command: ImportPast, message: PastMessage, thread_id: UUID, known: Known) -> list[Event]:
    """Only what a placeholder stands for takes its place."""
    kind = message.content.kind
    if known.kind is not None and (known.kind != PLACEHOLDER or kind == PLACEHOLDER):
        return []
    return [
        PastMessageImported(
            organisation_id=command.organisation_id,
            phone_number_id=command.phone_number_id,
            thread_id=thread_id,
            message_id=message.message_id,
            kind=kind,
            by_business=message.by_business,
            status=message.status,
            occurred_at=message.occurred_at,
            imported_at=command.now,
            personal=Past(wamid=message.wamid, content=message.content, aliases=message.aliases),
        )
    ]
