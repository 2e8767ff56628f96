"""The history of a contact, a company or a pipeline record: a line for each event, with what changed and by whom."""

from __future__ import annotations

from typing import Any

from recado_events import crm as told
from recado_events.event import Event

from crm.views.change import Change, as_json, of_contact, of_entry

_BY: dict[type[Event], str] = {
    told.ContactCreated: "created_by",
    told.ContactOwnerChanged: "changed_by",
    told.ContactFieldsEdited: "edited_by",
    told.ContactCompanyChosen: "chosen_by",
    told.ContactNoteAdded: "added_by",
    told.ContactsMerged: "merged_by",
    told.ContactMergedInto: "merged_by",
    told.ContactUnmerged: "unmerged_by",
    told.ContactRestored: "restored_by",
    told.CompanyCreated: "created_by",
    told.CompanyOwnerChanged: "changed_by",
    told.CompanyFieldsEdited: "edited_by",
    told.CompanyNoteAdded: "added_by",
    told.PipelineRecordOpened: "opened_by",
    told.PipelineRecordMoved: "moved_by",
    told.PipelineRecordAmountSet: "set_by",
    told.PipelineRecordRelated: "related_by",
    told.PipelineRecordOwnerChanged: "changed_by",
    told.PipelineRecordFieldsEdited: "edited_by",
    told.PipelineRecordNoteAdded: "added_by",
}
"""The member that names the person; the other events follow from what customers and conversations did."""


def line(event: told.OfContact, position: int) -> Change:
    """`details` are the event's own members, ids only; `changed` is personal: each field before and after."""
    about = {name: getattr(event, name, None) for name in ("conversation_id", "customer_id")}
    return of_contact(event, "line", **about, **_line(event, position, "contact_id"))


def entry_line(event: told.OfCompany | told.OfPipelineRecord, entry_id: object, position: int) -> Change:
    own = "company_id" if isinstance(event, told.OfCompany) else "pipeline_record_id"
    return of_entry(event, entry_id, "line", **_line(event, position, own))


def _line(event: Event, position: int, own: str) -> dict[str, Any]:
    by = _BY.get(type(event))
    told_already = {"organisation_id", own, "personal", event.TIME, by or ""}
    return {
        "position": position,
        "what": event.TYPE.split(".")[1],
        "at": event.happened_at,
        "by": getattr(event, by) if by else None,
        "details": as_json(event.model_dump(mode="json", exclude=told_already, exclude_none=True)),
        "changed": as_json(_edits(event)),
    }


def _edits(event: Event) -> list[dict[str, object]]:
    personal = getattr(event, "personal", None)
    edits = personal.edits if isinstance(personal, told.Edits) else ()
    return [edit.model_dump(mode="json") for edit in edits]
