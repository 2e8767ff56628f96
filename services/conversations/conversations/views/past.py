"""What was written before the number came here."""

from __future__ import annotations

from recado_events import conversations as told

from conversations.domain.meta_content import learnt
from conversations.views.change import Changes, changes, of_organisation


@changes.register
def _(event: told.PastMessageImported, position: int) -> Changes:
    content = None if event.personal is None else learnt(event.personal.content)
    yield of_organisation(
        event,
        "past_message",
        phone_number_id=event.phone_number_id,
        thread_id=event.thread_id,
        message_id=event.message_id,
        kind=event.kind if content is None else content.kind,
        content=None if content is None else content.model_dump_json().encode(),
        by_business=event.by_business,
        status=event.status,
        occurred_at=event.occurred_at,
    )
