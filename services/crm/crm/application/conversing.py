"""Quick actions from a conversation: whose contact it is, is looked up in the transaction that changes it."""

from __future__ import annotations

from recado_chassis.work import Work
from recado_events.ids import CompanyId, ContactId, ConversationId, OrganisationId

from crm.application.book import Book
from crm.domain.refusals import UnknownConversation


class Conversing:
    def __init__(self, book: Book) -> None:
        self._book = book

    def contact_at(self, work: Work, organisation_id: OrganisationId, conversation_id: ConversationId) -> ContactId:
        """Whoever is met now under what the conversation's contact was. Raises UnknownConversation."""
        began = self._book.contact_with(work, organisation_id, conversation_id)
        if began is None:
            raise UnknownConversation
        return self._book.survivor(work, began)

    def company_at(self, work: Work, contact_id: ContactId) -> CompanyId | None:
        return self._book.contact(work, contact_id).company_id
