"""A contact's history: a line for each event, with what changed and by whom."""

from __future__ import annotations

from recado_events import crm as told

from crm.views.change import Change, as_json, of_contact

_BY: dict[type[told.OfContact], str] = {
    told.ContactCreated: "created_by",
    told.ContactOwnerChanged: "changed_by",
    told.ContactFieldsEdited: "edited_by",
    told.ContactNoteAdded: "added_by",
}
"""The member that names the person; the other events follow from what customers and conversations did."""


def line(event: told.OfContact, position: int) -> Change:
    """`details` are the event's own members, ids only; `changed` is personal: each field before and after."""
    by = _BY.get(type(event))
    told_already = {"organisation_id", "contact_id", "personal", event.TIME, by or ""}
    return of_contact(
        event,
        "line",
        position=position,
        what=event.TYPE.split(".")[1],
        at=event.happened_at,
        by=getattr(event, by) if by else None,
        details=as_json(event.model_dump(mode="json", exclude=told_already, exclude_none=True)),
        changed=as_json(_edits(event)),
    )


def _edits(event: told.OfContact) -> list[dict[str, object]]:
    edits = event.personal.edits if isinstance(event, told.ContactFieldsEdited) and event.personal else ()
    return [edit.model_dump(mode="json") for edit in edits]
