"""The address book: contacts by alias, by customer and by conversation, loaded into a unit of work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast
from uuid import UUID

from recado_chassis.fingerprints import Fingerprints
from recado_chassis.work import Work
from recado_events.envelope import Cause
from recado_events.event import Event
from recado_events.identity import Alias
from recado_events.ids import (
    CompanyId,
    ContactId,
    ConversationId,
    CustomerId,
    OrganisationId,
    PipelineRecordId,
)

from crm.application.folds import FOLDS, fold_of
from crm.application.index import Index
from crm.application.keys import Keys, conversation_key, customer_key, owners_of, record_key
from crm.application.people import People
from crm.commands import Person
from crm.domain.company import Company
from crm.domain.importing import Import
from crm.domain.pipeline_record import PipelineRecord
from crm.domain.setup import Setup
from crm.domain.staff import Staff


class Book(People):
    def __init__(self, fingerprints: Fingerprints) -> None:
        self.keys = Keys(fingerprints)
        self._index = Index(self.keys, self)

    def staff(self, work: Work, organisation_id: OrganisationId) -> Staff:
        return cast(Staff, work.state(f"staff-{organisation_id}", FOLDS["staff"]))

    def company(self, work: Work, company_id: CompanyId) -> Company:
        return cast(Company, work.state(f"company-{company_id}", FOLDS["company"]))

    def setup(self, work: Work, organisation_id: OrganisationId) -> Setup:
        return cast(Setup, work.state(f"organisation-{organisation_id}", FOLDS["organisation"]))

    def pipeline_record(self, work: Work, record_id: PipelineRecordId) -> PipelineRecord:
        return cast(PipelineRecord, work.state(f"record-{record_id}", FOLDS["record"]))

    def imported(self, work: Work, import_id: UUID) -> Import:
        return cast(Import, work.state(f"import-{import_id}", FOLDS["import"]))

    def company_named(
        self, work: Work, organisation_id: OrganisationId, name: str, by: Person | None = None
    ) -> CompanyId | None:
        """The first company of a name that `by` may see; the first of all where nobody asks."""
        owners = owners_of(work, self.keys.companies(organisation_id, name))
        for company_id in (CompanyId(UUID(owner)) for owner in owners):
            owner_id = self.company(work, company_id).owner_id
            if by is None or self.staff(work, organisation_id).sees(by, owner_id):
                return company_id
        return None

    def record_of(
        self, work: Work, organisation_id: OrganisationId, conversation_id: ConversationId
    ) -> PipelineRecordId | None:
        """The pipeline record that a rule opened for the conversation."""
        owner = work.find(record_key(organisation_id, conversation_id))
        return None if owner is None else PipelineRecordId(UUID(owner))

    def named(self, work: Work, organisation_id: OrganisationId, aliases: Sequence[Alias]) -> list[ContactId]:
        """The contacts that these aliases name, each once, in their order; survivors for superseded ones."""
        work.look_up(self.keys.aliases(organisation_id, aliases))
        owners = dict.fromkeys(owner for alias in aliases for owner in self._owners(work, organisation_id, alias))
        return list(dict.fromkeys(self.survivor(work, owner) for owner in owners))

    def contact_of(self, work: Work, organisation_id: OrganisationId, customer_id: CustomerId) -> ContactId | None:
        owner = work.find(customer_key(organisation_id, customer_id))
        return None if owner is None else self.survivor(work, ContactId(UUID(owner)))

    def contact_with(
        self, work: Work, organisation_id: OrganisationId, conversation_id: ConversationId
    ) -> ContactId | None:
        """Where the conversation began: that contact keeps it, superseded or not."""
        owner = work.find(conversation_key(organisation_id, conversation_id))
        return None if owner is None else ContactId(UUID(owner))

    def with_number(self, work: Work, organisation_id: OrganisationId, number: str) -> ContactId | None:
        """The contact that has exactly this number, as whoever it is met now."""
        alias = Alias(kind="wa_id", value=number)
        for contact_id in self.named(work, organisation_id, [alias]):
            if any(each.value == number for each in self.contact(work, contact_id).aliases):
                return contact_id
        return None

    def home_of(
        self, work: Work, whose: tuple[OrganisationId, CustomerId], aliases: Sequence[Alias], at: ContactId
    ) -> ContactId | None:
        """The contact superseded by `at` whose customer this is: by its link, else by the first alias that is known."""
        organisation_id, customer_id = whose
        contact = self.contact(work, at)
        if any(link.customer_id == customer_id for link in contact.links):
            return contact.homes.get(customer_id)
        for alias in aliases:
            if alias in contact.homes:
                return contact.homes[alias]
            if owners := self._owners(work, organisation_id, alias):
                return None if owners[0] == at else owners[0]
        return None

    def record(self, work: Work, facts: Sequence[Event], cause: Cause) -> None:
        work.load({fact.stream: fold_of(fact.stream) for fact in facts})
        work.record(facts, cause)
        for fact in facts:
            self._index.enter(work, fact)

    def _owners(self, work: Work, organisation_id: OrganisationId, alias: Alias) -> list[ContactId]:
        """Who has exactly this number; else, and where it is no number, who is known under a spelling."""
        for keys in (self.keys.numbers(organisation_id, [alias]), self.keys.spelled(organisation_id, [alias])):
            if found := [ContactId(UUID(owner)) for key in keys if (owner := work.find(key)) is not None]:
                return found
        return []
