"""What conversations was told of templates, contacts and the organisation, as decisions look at it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast
from uuid import UUID

from recado_chassis.work import Work
from recado_events.identity import Alias
from recado_events.ids import ContactId, OrganisationId, PhoneNumberId, TemplateId, UserId, WabaId

from conversations.application.scene import Scene, contact_key, fold_of
from conversations.domain import field_values, requesting
from conversations.domain.contact import STRANGER, Contact
from conversations.domain.customer import Customer
from conversations.domain.requesting import Terms
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

    def contact_of(self, work: Work, organisation_id: OrganisationId, customer: Customer) -> Contact:
        """As crm linked this customer last; a stranger where it has not."""
        if customer.customer_id is None:
            return STRANGER
        found = work.find(contact_key(organisation_id, customer.customer_id))
        return STRANGER if found is None else self.contact(work, ContactId(UUID(found)))

    def values(
        self, work: Work, organisation_id: OrganisationId, contact: Contact, customer: Customer, agent: UserId
    ) -> dict[str, str]:
        return field_values.field_values(contact, customer, self._scene.team(work, organisation_id), agent)

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
