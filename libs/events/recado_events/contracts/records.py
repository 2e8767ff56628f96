"""What the members of crm's examples hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recado_events import crm
from recado_events.contracts import story as s
from recado_events.event import Event, Personal
from recado_events.identity import Alias

BY_NAME: Mapping[str, Any] = {
    **dict.fromkeys(("defined_by", "retired_by", "set_by"), s.HELENA),
    **dict.fromkeys(("moved_by", "related_by", "merged_by", "unmerged_by", "restored_by"), s.ANA),
    **dict.fromkeys(("merged_id", "unmerged_id"), s.CONTACT_AGAIN),
    "contact_id": s.CONTACT,
    "company_id": s.COMPANY,
    "pipeline_id": s.PIPELINE,
    "stage_id": s.ASKED,
    "pipeline_record_id": s.CAKE,
    "note_id": s.NOTE,
}

PERSONAL: Mapping[type[Personal], Personal] = {
    crm.ContactDetails: crm.ContactDetails(
        name=s.CLARA_NAME,
        aliases=(Alias(kind="wa_id", value=s.CLARA_WA_ID), Alias(kind="user_id", value=s.CLARA_USER_ID)),
    ),
    crm.ContactUsername: crm.ContactUsername(username="clara.bakes"),
    crm.Edits: crm.Edits(edits=(crm.FieldEdit(field="company", before=None, after="Nunes & Daughters"),)),
    crm.NoteText: crm.NoteText(text=s.NOTE_TEXT),
    crm.CompanyDetails: crm.CompanyDetails(name="Nunes & Daughters"),
    crm.PipelineRecordDetails: crm.PipelineRecordDetails(name="Lemon cake for Saturday"),
    crm.Unmerged: crm.Unmerged(aliases=(Alias(kind="wa_id", value=s.CLARA_NEW_WA_ID),)),
    crm.RestoredAliases: crm.RestoredAliases(
        aliases=(crm.HomedAlias(alias=Alias(kind="wa_id", value=s.CLARA_NEW_WA_ID)),)
    ),
}

_TALK = crm.MovedConversation(
    conversation_id=s.EARLIER_CONVERSATION, customer_id=s.CLARA_AGAIN, phone_number_id=s.PHONE_NUMBER, state="closed"
)
_STAGES = (
    crm.Stage(stage_id=s.ASKED, name="Asked for", outcome="open"),
    crm.Stage(stage_id=s.ORDERED, name="Ordered", outcome="won"),
)
_CITY = crm.Edits(edits=(crm.FieldEdit(field="city", before=None, after="New York"),))
_NAMED = crm.Edits(edits=(crm.FieldEdit(field="name", before="Lemon cake", after="Lemon cake for Saturday"),))

BY_EVENT: Mapping[type[Event], Mapping[str, Any]] = {
    crm.ContactCreated: {"origin": "conversation"},
    crm.ContactOwnerChanged: {
        "owner_id": s.BRUNO,
        "previous_id": s.ANA,
        "why": "person",
        "changed_by": s.HELENA,
        "links": (crm.Link(customer_id=s.CLARA, phone_number_id=s.PHONE_NUMBER),),
    },
    crm.ContactFieldsEdited: {"fields": ("company",)},
    crm.ContactNoteAdded: {"message_id": s.QUESTION},
    crm.ContactConversationClosed: {"reason": "person"},
    crm.ContactCompanyChosen: {"why": "typed", "conversation_id": None, "message_id": None, "chosen_by": s.ANA},
    crm.ContactsMerged: {"fields": ("company",), "company_id": s.COMPANY, "owner_id": None},
    crm.ContactMergedInto: {"contact_id": s.CONTACT_AGAIN, "survivor_id": s.CONTACT},
    crm.ContactSuperseded: {"contact_id": s.CONTACT_AGAIN, "survivor_id": s.CONTACT},
    crm.ContactUnmerged: {
        "customers": (s.CLARA_AGAIN,),
        "conversations": (s.EARLIER_CONVERSATION,),
        "fields": ("company",),
    },
    crm.ContactRestored: {
        "contact_id": s.CONTACT_AGAIN,
        "survivor_id": s.CONTACT,
        "customers": (s.CLARA_AGAIN,),
        "conversations": (_TALK,),
    },
    crm.CompanyCreated: {"origin": "typed", "conversation_id": None, "message_id": None, "created_by": s.ANA},
    crm.CompanyOwnerChanged: {"owner_id": s.BRUNO, "previous_id": s.ANA, "changed_by": s.HELENA},
    crm.CompanyFieldsEdited: {"fields": ("city",), "personal": _CITY},
    crm.CompanyNoteAdded: {"message_id": None},
    crm.PipelineDefined: {"name": "Cakes", "stages": _STAGES},
    crm.RecordRulesSet: {"company": True},
    crm.ContactFieldDefined: {
        "field": "custom_flour",
        "label": "Flour",
        "value_type": "choice",
        "choices": (crm.Choice(choice="wheat", label="Wheat"), crm.Choice(choice="rice", label="Rice")),
    },
    crm.ContactFieldRetired: {"field": "custom_flour"},
    crm.PipelineRecordOpened: {
        "origin": "person",
        "message_id": s.QUESTION,
        "amount": 4800,
        "currency": "CAD",
        "opened_by": s.ANA,
    },
    crm.PipelineRecordMoved: {"stage_id": s.ORDERED, "previous_stage_id": s.ASKED, "outcome": "won"},
    crm.PipelineRecordAmountSet: {
        "amount": 5200,
        "currency": "CAD",
        "previous_amount": 4800,
        "previous_currency": "CAD",
        "set_by": s.ANA,
    },
    crm.PipelineRecordOwnerChanged: {
        "owner_id": s.BRUNO,
        "previous_id": s.ANA,
        "why": "person",
        "changed_by": s.HELENA,
    },
    crm.PipelineRecordFieldsEdited: {"fields": ("name",), "personal": _NAMED},
    crm.PipelineRecordNoteAdded: {"message_id": None},
}
