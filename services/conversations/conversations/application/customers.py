"""Who an update is about: found by their aliases, found to be somebody else, or met for the first time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from recado_chassis.ports import Ids
from recado_chassis.work import Work
from recado_events.envelope import Cause
from recado_events.identity import Alias
from recado_events.ids import CustomerId, OrganisationId, PhoneNumberId, UserId

from conversations.application.scene import FOLDS, FORETOLD, Scene
from conversations.commands import ChangeIdentity
from conversations.domain import foretold, identity
from conversations.domain.customer import Customer
from conversations.domain.foretold import Foretold
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
            work.begin(f"customer-{customer_id}", FOLDS["customer"])
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
        return customer._replace(owner_id=self.contact_owner(work, at["organisation_id"], aliases))

    def contact_owner(self, work: Work, organisation_id: OrganisationId, aliases: Sequence[Alias]) -> UserId | None:
        """Who owns the contact of this person, as crm told it of whichever number they wrote to last."""
        scene = self._scene
        known = scene.owners(work, scene.person_keys(organisation_id, aliases))
        return next((owner for each in known if (owner := scene.customer(work, each).owner_id) is not None), None)

    # Changes of identity -----------------------------------------------------------------------------

    def foretold(
        self,
        work: Work,
        organisation_id: OrganisationId,
        phone_number_id: PhoneNumberId,
        aliases: Sequence[Alias],
    ) -> Foretold:
        """What was told of whom these aliases name, before anybody came under one of them."""
        found = self._scene.foretold(work, self._scene.alias_keys(organisation_id, phone_number_id, aliases))
        return tuple(change for changes in found.values() for change in changes)

    def foretell(self, work: Work, change: ChangeIdentity, cause: Cause) -> None:
        """All that concerns one person stands in one stream."""
        scene, aliases = self._scene, (*change.old, *change.new)
        known = scene.foretold(work, scene.alias_keys(change.organisation_id, change.phone_number_id, aliases))
        stream, *others = [*known, f"{FORETOLD}{self._ids.new()}"]
        for told in (*(each for other in others for each in known.get(other, ())), change):
            before = cast(Foretold, work.state(stream, FOLDS["foretold"]))
            foretold_id = UUID(stream.removeprefix(FORETOLD))
            scene.record(work, foretold.foretell(told, foretold_id, before), cause)

    def change(self, work: Work, at: CustomerPlace, changes: Iterable[ChangeIdentity], cause: Cause) -> None:
        """One after the other, to somebody who is a customer, or has just become one."""
        for each in sorted(changes, key=lambda change: change.occurred_at):
            customer = self._scene.customer(work, at["customer_id"])
            if customer.customer_id is not None:
                self._scene.record(work, identity.change(each, customer, at), cause)


def place(organisation_id: OrganisationId, phone_number_id: PhoneNumberId, customer_id: CustomerId) -> CustomerPlace:
    return CustomerPlace(organisation_id=organisation_id, phone_number_id=phone_number_id, customer_id=customer_id)
