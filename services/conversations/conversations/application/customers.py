"""Who an update is about: found by their aliases, found to be somebody else, or met for the first time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from recado_chassis.ports import Ids
from recado_chassis.work import Work
from recado_events.envelope import Cause
from recado_events.identity import Alias
from recado_events.ids import CustomerId, OrganisationId, PhoneNumberId

from conversations.application.scene import Scene
from conversations.domain import identity
from conversations.domain.customer import Customer
from conversations.domain.places import CustomerPlace


class Customers:
    def __init__(self, scene: Scene, ids: Ids) -> None:
        self._scene = scene
        self._ids = ids

    def place_of(
        self,
        work: Work,
        organisation_id: OrganisationId,
        phone_number_id: PhoneNumberId,
        aliases: Sequence[Alias],
        now: datetime,
        cause: Cause,
        known: CustomerId | None = None,
    ) -> CustomerPlace:
        """The customer these aliases name, or a new one; several are found to be one and merged on the way.

        `known` is one of them whatever the aliases say.
        """
        scene = self._scene
        named = scene.owners(work, scene.alias_keys(organisation_id, phone_number_id, aliases))
        owners = named if known is None else list(dict.fromkeys([scene.survivor(work, known), *named]))
        if not owners:
            customer_id = CustomerId(self._ids.new())
            scene.begin_customer(work, customer_id)
            return place(organisation_id, phone_number_id, customer_id)
        survivor, *others = identity.survivor_first([scene.customer(work, owner) for owner in owners])
        at = place(organisation_id, phone_number_id, survivor.customer_id or owners[0])
        for other in others:
            desk = scene.desk(work, organisation_id, phone_number_id)
            current = scene.customer(work, at["customer_id"])
            scene.record(work, identity.merge(current, other, at, desk, now), cause)
        return at

    def met(self, work: Work, at: CustomerPlace, aliases: Sequence[Alias]) -> Customer:
        """Of somebody new, who owns their contact may be known from another number already (rule 12)."""
        customer = self._scene.customer(work, at["customer_id"])
        if customer.customer_id is not None:
            return customer
        return customer._replace(owner_id=self._scene.contact_owner(work, at["organisation_id"], aliases))


def place(organisation_id: OrganisationId, phone_number_id: PhoneNumberId, customer_id: CustomerId) -> CustomerPlace:
    return CustomerPlace(organisation_id=organisation_id, phone_number_id=phone_number_id, customer_id=customer_id)
