"""Where a fact belongs: the ids that every fact of a customer or a conversation carries."""

from __future__ import annotations

from typing import TypedDict

from recado_events.ids import ConversationId, CustomerId, OrganisationId, PhoneNumberId


class CustomerPlace(TypedDict):
    organisation_id: OrganisationId
    phone_number_id: PhoneNumberId
    customer_id: CustomerId


class ConversationPlace(CustomerPlace):
    conversation_id: ConversationId


def in_conversation(place: CustomerPlace, conversation_id: ConversationId) -> ConversationPlace:
    return ConversationPlace(**place, conversation_id=conversation_id)
