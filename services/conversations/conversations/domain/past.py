"""What was written before the number came here: it is shown and decides nothing."""

from __future__ import annotations

from uuid import UUID

from recado_events.conversations import Past, PastMessageImported
from recado_events.event import Event

from conversations.commands import ImportPast, PastMessage

PLACEHOLDER = "media_placeholder"
"""Media comes later, under the same id, or never."""


def evolve(kind: str | None, event: Event) -> str | None:
    return event.kind if isinstance(event, PastMessageImported) else kind


def import_message(command: ImportPast, message: PastMessage, thread_id: UUID, known: str | None) -> list[Event]:
    """`known`: the kind that was imported under this id, if any. Only what a placeholder stands for takes its place."""
    kind = message.content.kind
    if known is not None and (known != PLACEHOLDER or kind == PLACEHOLDER):
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
