"""What the other services told of what template messages are made of, as decisions look at it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast
from uuid import UUID

from recado_chassis.work import Work
from recado_events.crm import Link
from recado_events.identity import Alias
from recado_events.ids import (
    CompanyId,
    ContactId,
    CustomerId,
    OrganisationId,
    PhoneNumberId,
    PipelineId,
    PipelineRecordId,
    TemplateId,
    UserId,
    WabaId,
)

from conversations.application.scene import Scene, contact_key, fold_of
from conversations.domain import field_values, requesting, selling
from conversations.domain.company import NO_COMPANY, Company
from conversations.domain.contact import STRANGER, Contact
from conversations.domain.customer import Customer
from conversations.domain.requesting import Terms
from conversations.domain.selling import Pipeline, PipelineRecord
from conversations.domain.template import Template


class Records:
    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def template(self, work: Work, template_id: TemplateId) -> Template:
        stream = f"template-{template_id}"
        return cast(Template, work.state(stream, fold_of(stream)))

    def contact(self, work: Work, contact_id: ContactId) -> Contact:
        stream = f"contact-{contact_id}"
        return cast(Contact, work.state(stream, fold_of(stream)))

    def met_as(self, work: Work, contact: Contact) -> Contact:
        """The contact that this one was merged into, or itself."""
        while contact.superseded_by is not None:
            contact = self.contact(work, contact.superseded_by)
        return contact

    def company(self, work: Work, company_id: CompanyId) -> Company:
        stream = f"company-{company_id}"
        return cast(Company, work.state(stream, fold_of(stream)))

    def pipeline(self, work: Work, pipeline_id: PipelineId) -> Pipeline:
        stream = f"pipeline-{pipeline_id}"
        return cast(Pipeline, work.state(stream, fold_of(stream)))

    def pipeline_record(self, work: Work, pipeline_record_id: PipelineRecordId) -> PipelineRecord:
        stream = f"record-{pipeline_record_id}"
        return cast(PipelineRecord, work.state(stream, fold_of(stream)))

    def contact_of(self, work: Work, organisation_id: OrganisationId, customer: Customer) -> Contact:
        """As crm linked this customer last; a stranger where it has not."""
        if customer.customer_id is None:
            return STRANGER
        found = self._linked_to(work, organisation_id, customer.customer_id)
        return STRANGER if found is None else self.met_as(work, self.contact(work, found))

    def links_elsewhere(
        self, work: Work, organisation_id: OrganisationId, contact_id: ContactId, links: Sequence[Link]
    ) -> list[ContactId]:
        """The other contacts that these customers are until now, each once."""
        found = [self._linked_to(work, organisation_id, link.customer_id) for link in links]
        return [each for each in dict.fromkeys(found) if each is not None and each != contact_id]

    def is_contact_of(
        self, work: Work, organisation_id: OrganisationId, contact_id: ContactId, customer: Customer
    ) -> bool:
        """Also where it was merged into the one that the customer is linked to."""
        if customer.customer_id is None:
            return False
        known = self.contact(work, contact_id)
        if known.organisation_id != organisation_id:
            return False
        theirs = self.contact_of(work, organisation_id, customer)
        people = self._scene.owners(work, self._scene.person_keys(organisation_id, known.aliases))
        return self.met_as(work, known).contact_id == theirs.contact_id or customer.customer_id in people

    def _linked_to(self, work: Work, organisation_id: OrganisationId, customer_id: CustomerId) -> ContactId | None:
        found = work.find(contact_key(organisation_id, customer_id))
        return None if found is None else ContactId(UUID(found))

    def values(
        self, work: Work, organisation_id: OrganisationId, contact: Contact, customer: Customer, agent: UserId
    ) -> dict[str, str]:
        named, team = contact.company_id, self._scene.team(work, organisation_id)
        company = NO_COMPANY if named is None else self.company(work, named)
        return field_values.field_values(contact, company, customer, team, agent)

    def record_values(self, work: Work, record: PipelineRecord, language: str) -> dict[str, str]:
        named = record.pipeline_id
        pipeline = selling.NO_PIPELINE if named is None else self.pipeline(work, named)
        return selling.record_values(record, pipeline, language)

    def terms(
        self,
        work: Work,
        organisation_id: OrganisationId,
        phone_number_id: PhoneNumberId,
        template_id: TemplateId,
        customer: Customer,
        aliases: Sequence[Alias] = (),
    ) -> Terms:
        """`aliases`: of somebody who is no customer here yet."""
        scene, desk = self._scene, self._scene.desk(work, organisation_id, phone_number_id)
        people = self._same_person(work, organisation_id, phone_number_id, customer, [*customer.aliases, *aliases])
        return Terms(
            desk,
            scene.team(work, organisation_id),
            self.template(work, template_id),
            requesting.wants_no_marketing([customer, *people]),
            customer.is_blocked,
            requesting.has_number(customer.aliases or aliases),
        )

    def _same_person(
        self,
        work: Work,
        organisation_id: OrganisationId,
        phone_number_id: PhoneNumberId,
        customer: Customer,
        aliases: Sequence[Alias],
    ) -> list[Customer]:
        """The customers that this person is at all numbers of the WABA: an opt-out is told to it, not to a number."""
        scene = self._scene
        waba_id = scene.desk(work, organisation_id, phone_number_id).waba_id
        elsewhere = scene.owners(work, scene.person_keys(organisation_id, aliases))
        met = [customer, *(scene.customer(work, each) for each in elsewhere)]
        links = {link for each in met for link in self.contact_of(work, organisation_id, each).links}
        linked = {scene.survivor(work, link.customer_id) for link in links}
        people = [*met, *(scene.customer(work, each) for each in sorted(linked))]
        return [each for each in people if self._account(work, organisation_id, each) == waba_id]

    def _account(self, work: Work, organisation_id: OrganisationId, customer: Customer) -> WabaId | None:
        number = customer.phone_number_id
        return None if number is None else self._scene.desk(work, organisation_id, number).waba_id
