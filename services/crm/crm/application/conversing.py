"""Quick actions from a conversation: whose contact it is, is looked up in the transaction that changes it."""

from __future__ import annotations

from recado_chassis.work import Work
from recado_events.ids import CompanyId, ContactId, ConversationId, OrganisationId

from crm.application.book import Book
from crm.commands import Person
from crm.domain.refusals import UnknownConversation


class Conversing:
    def __init__(self, book: Book) -> None:
        self._book = book

    def contact_at(
        self, work: Work, organisation_id: OrganisationId, conversation_id: ConversationId, by: Person
    ) -> ContactId:
        """Whoever is met now under what the conversation's contact was. Raises UnknownConversation, also where they may
        not see that contact."""
        began = self._book.contact_with(work, organisation_id, conversation_id)
        if began is None:
            raise UnknownConversation
        contact_id = self._book.survivor(work, began)
        owner_id = self._book.contact(work, contact_id).owner_id
        self._book.staff(work, organisation_id).check_may_view(by, owner_id, UnknownConversation)
        return contact_id

    def check_made_from(
        self, work: Work, organisation_id: OrganisationId, conversation_id: ConversationId | None, by: Person
    ) -> None:
        """Raises UnknownConversation where something is said to be made in one that they do not see."""
        if conversation_id is not None:
            self.contact_at(work, organisation_id, conversation_id, by)

    def company_at(
        self, work: Work, organisation_id: OrganisationId, contact_id: ContactId, by: Person
    ) -> CompanyId | None:
        """None also where they may not see it."""
        company_id = self._book.contact(work, contact_id).company_id
        if company_id is None:
            return None
        owner_id = self._book.company(work, company_id).owner_id
        return company_id if self._book.staff(work, organisation_id).sees(by, owner_id) else None
