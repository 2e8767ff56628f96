"""The address book: contacts by alias, by customer and by conversation, loaded into a unit of work."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast
from uuid import UUID

from recado_chassis.fingerprints import Fingerprints
from recado_chassis.store import UniqueKey
from recado_chassis.work import Fold, Work
from recado_events.crm import ContactAliasesAdded, ContactConversationStarted, ContactCreated, ContactLinked
from recado_events.envelope import Cause
from recado_events.event import Event
from recado_events.identity import Alias, spellings
from recado_events.ids import ContactId, ConversationId, CustomerId, OrganisationId

from crm.domain import contact, staff
from crm.domain.contact import Contact
from crm.domain.staff import Staff

FOLDS: dict[str, Fold[Any]] = {
    "contact": Fold(contact.ABSENT, contact.evolve),
    "staff": Fold(staff.Staff(), staff.evolve),
}


def fold_of(stream: str) -> Fold[Any]:
    return FOLDS[stream.split("-", 1)[0]]


class Book:
    def __init__(self, fingerprints: Fingerprints) -> None:
        self._fingerprints = fingerprints

    def contact(self, work: Work, contact_id: ContactId) -> Contact:
        return cast(Contact, work.state(f"contact-{contact_id}", FOLDS["contact"]))

    def staff(self, work: Work, organisation_id: OrganisationId) -> Staff:
        return cast(Staff, work.state(f"staff-{organisation_id}", FOLDS["staff"]))

    def alias_keys(self, organisation_id: OrganisationId, aliases: Iterable[Alias]) -> list[UniqueKey]:
        """Every spelling under which these aliases may be known, as keys without personal data."""
        scope = str(organisation_id)
        return [UniqueKey("alias", scope, self._fingerprints.of(scope, *told)) for told in spellings(aliases)]

    def named_by(self, work: Work, keys: Sequence[UniqueKey]) -> list[ContactId]:
        """The contacts that these keys name, each once, in the order of the keys; survivors for superseded ones."""
        work.look_up(keys)
        owners = dict.fromkeys(owner for key in keys if (owner := work.find(key)) is not None)
        return list(dict.fromkeys(self._survivor(work, ContactId(UUID(owner))) for owner in owners))

    def contact_of(self, work: Work, organisation_id: OrganisationId, customer_id: CustomerId) -> ContactId | None:
        return next(iter(self.named_by(work, [customer_key(organisation_id, customer_id)])), None)

    def contact_with(
        self, work: Work, organisation_id: OrganisationId, conversation_id: ConversationId
    ) -> ContactId | None:
        """Where the conversation began: that contact keeps it, superseded or not."""
        owner = work.find(conversation_key(organisation_id, conversation_id))
        return None if owner is None else ContactId(UUID(owner))

    def _survivor(self, work: Work, contact_id: ContactId) -> ContactId:
        while (by := self.contact(work, contact_id).superseded_by) is not None:
            contact_id = by
        return contact_id

    def record(self, work: Work, facts: Sequence[Event], cause: Cause) -> None:
        work.load({fact.stream: fold_of(fact.stream) for fact in facts})
        work.record(facts, cause)
        for fact in facts:
            self._index(work, fact)

    def _index(self, work: Work, fact: Event) -> None:
        match fact:
            case ContactCreated() | ContactAliasesAdded() if fact.personal is not None:
                self._own(work, fact, fact.personal.aliases)
            case ContactLinked():
                work.move(customer_key(fact.organisation_id, fact.customer_id), str(fact.contact_id))
            case ContactConversationStarted():
                work.claim(conversation_key(fact.organisation_id, fact.conversation_id), str(fact.contact_id))

    def _own(self, work: Work, fact: ContactCreated | ContactAliasesAdded, aliases: Sequence[Alias]) -> None:
        """What names another contact goes on naming it: they are one person, so one of them supersedes the other."""
        keys = self.alias_keys(fact.organisation_id, aliases)
        work.look_up(keys)
        for key in keys:
            if work.find(key) is None:
                work.claim(key, str(fact.contact_id))


def customer_key(organisation_id: OrganisationId, customer_id: CustomerId) -> UniqueKey:
    return UniqueKey("customer", str(organisation_id), str(customer_id))


def conversation_key(organisation_id: OrganisationId, conversation_id: ConversationId) -> UniqueKey:
    return UniqueKey("conversation", str(organisation_id), str(conversation_id))
