"""Typed ids. Random ids are uuid7 and are made at the edges; derived ones are uuid5 and are made here."""

from __future__ import annotations

from typing import NewType
from uuid import UUID, uuid5

OrganisationId = NewType("OrganisationId", UUID)
UserId = NewType("UserId", UUID)
ProfileId = NewType("ProfileId", UUID)
CustomerId = NewType("CustomerId", UUID)
ConversationId = NewType("ConversationId", UUID)
MessageId = NewType("MessageId", UUID)
ContactId = NewType("ContactId", UUID)
NoteId = NewType("NoteId", UUID)
AttachmentId = NewType("AttachmentId", UUID)
CompanyId = NewType("CompanyId", UUID)
PipelineId = NewType("PipelineId", UUID)
StageId = NewType("StageId", UUID)
PipelineRecordId = NewType("PipelineRecordId", UUID)
TemplateId = NewType("TemplateId", UUID)
RequestId = NewType("RequestId", UUID)
"""Something asked of Meta once: the submission or deletion of a template."""
SubscriptionId = NewType("SubscriptionId", UUID)
"""Of an organisation's outgoing webhook."""

PhoneNumberId = NewType("PhoneNumberId", str)
"""Meta's id of a business number, decimal digits. "Business number" always means this."""
WabaId = NewType("WabaId", str)
"""Meta's id of a WhatsApp Business Account, decimal digits."""

PLATFORM = OrganisationId(UUID(int=0))
"""Whose the facts are that hold for every organisation: policies and rate cards."""

_WAMIDS = UUID("6d5f7a4e-3c1b-5e0a-9a47-0f6b1c5d2e88")


def wamid_id(organisation_id: OrganisationId, phone_number_id: PhoneNumberId, wamid: str) -> MessageId:
    """The id that stands for a wamid: the same at every sighting, different in every organisation.

    An inbound message has this id; an outbound one has its own and is bound to it once Meta has accepted it.
    A wamid holds a phone number, so it never serves as an id itself.
    """
    return MessageId(uuid5(_WAMIDS, f"{organisation_id}:{phone_number_id}:{wamid}"))
