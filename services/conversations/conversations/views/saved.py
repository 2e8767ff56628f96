"""Saved views."""

from __future__ import annotations

from conversations.domain.kept import ViewRemoved, ViewSaved
from conversations.views.change import Changes, changes, of_organisation


@changes.register
def _(event: ViewSaved, position: int) -> Changes:
    words = event.personal
    yield of_organisation(
        event,
        "view_saved",
        view_id=event.view_id,
        user_id=event.user_id,
        shared=event.shared,
        position=position,
        name=words.name if words else None,
        text=words.text if words else None,
        filters=event.filters.model_dump_json(),
    )


@changes.register
def _(event: ViewRemoved, position: int) -> Changes:
    yield of_organisation(event, "view_removed", view_id=event.view_id)
