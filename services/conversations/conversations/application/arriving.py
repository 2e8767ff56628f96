"""What comes from Meta and from the other services."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from recado_chassis.ports import Ids
from recado_chassis.work import Work
from recado_events.conversations import SetAside, UpdateSetAside
from recado_events.envelope import Cause

from conversations.application.customers import Customers, place
from conversations.application.phone_books import PhoneBooks
from conversations.application.scene import Scene
from conversations.commands import (
    Arrival,
    ChangeIdentity,
    NoteChannel,
    NoteContactOwner,
    ReceiveEdit,
    ReceiveReaction,
    ReceiveRevoke,
    SetAsideUpdate,
    SetMarketing,
)
from conversations.domain import arrivals, deliveries, desk, identity
from conversations.domain.customer import Customer
from conversations.domain.foretold import Foretold, known_by
from conversations.domain.message import ABSENT, Message
from conversations.domain.places import CustomerPlace
from conversations.domain.private import ContactOwnerNoted

Seen = TypeVar("Seen", Arrival, SetMarketing)


class Arriving:
    """One method an update; each may be repeated and then changes nothing."""

    def __init__(self, scene: Scene, ids: Ids) -> None:
        self._scene = scene
        self._customers = Customers(scene, ids)
        self._phone_books = PhoneBooks(scene)

    def receive(self, work: Work, command: Arrival, cause: Cause) -> None:
        scene, org, number = self._scene, command.organisation_id, command.phone_number_id
        message = scene.message(work, command.message_id)
        told, place, customer, changes = self._sighted(work, command, cause)
        facts = arrivals.receive(
            told,
            place,
            customer,
            scene.desk(work, org, number),
            scene.team(work, org),
            message,
            self._target(work, command),
        )
        scene.record(work, facts, cause)
        self._customers.change(work, place, changes, cause)
        if command.by_business:
            self._bind(work, command, cause)

    def _target(self, work: Work, command: Arrival) -> Message:
        """What Meta names is a message's own id, or that of the wamid of what was sent from here."""
        if not isinstance(command, ReceiveReaction | ReceiveEdit | ReceiveRevoke):
            return ABSENT
        known = self._scene.wamid(work, command.target_id).message_id
        return self._scene.message(work, known or command.target_id)

    def change_identity(self, work: Work, command: ChangeIdentity, cause: Cause) -> None:
        """Old and new aliases name one person from here on; somebody never seen is not created by it, and known by all
        of them once they are (rule 11)."""
        scene, org, number = self._scene, command.organisation_id, command.phone_number_id
        aliases = (*command.old, *command.new)
        if not scene.owners(work, scene.alias_keys(org, number, aliases)):
            self._customers.foretell(work, command, cause)
            return
        changes = self._customers.foretold(work, org, number, aliases)
        place = self._customers.place_of(work, org, number, aliases, command.now, cause)
        self._customers.change(work, place, (*changes, command), cause)

    def set_marketing(self, work: Work, command: SetMarketing, cause: Cause) -> None:
        told, place, customer, changes = self._sighted(work, command, cause)
        self._scene.record(work, identity.set_marketing(told, customer, place), cause)
        self._customers.change(work, place, changes, cause)

    def _sighted(self, work: Work, command: Seen, cause: Cause) -> tuple[Seen, CustomerPlace, Customer, Foretold]:
        """The command with all that its customer is known by, who and where they are, and what was foretold of them."""
        org, number, seen = command.organisation_id, command.phone_number_id, command.sighting.aliases
        changes = self._customers.foretold(work, org, number, seen)
        aliases = known_by(seen, changes, command.occurred_at)
        place = self._customers.place_of(work, org, number, aliases, command.now, cause)
        customer = self._customers.met(work, place, aliases)
        sighting = self._phone_books.sighted(work, org, number, replace(command.sighting, aliases=aliases), customer)
        return replace(command, sighting=sighting), place, customer, changes

    def note_channel(self, work: Work, command: NoteChannel, cause: Cause) -> None:
        at = self._scene.desk(work, command.organisation_id, command.phone_number_id)
        self._scene.record(work, desk.note_channel(command, at), cause)

    def note_contact_owner(self, work: Work, command: NoteContactOwner, cause: Cause) -> None:
        customer = self._scene.customer(work, command.customer_id)
        if customer.customer_id is None or customer.owner_id == command.owner_id:
            return
        at = place(command.organisation_id, command.phone_number_id, command.customer_id)
        noted = ContactOwnerNoted(**at, owner_id=command.owner_id, noted_at=command.now)
        self._scene.record(work, [noted], cause)

    def set_aside(self, work: Work, command: SetAsideUpdate, cause: Cause) -> None:
        if self._scene.seen_before(work, command.update_id):
            return
        fact = UpdateSetAside(
            organisation_id=command.organisation_id,
            phone_number_id=command.phone_number_id,
            update_id=command.update_id,
            field=command.field,
            received_at=command.now,
            personal=SetAside(raw=command.raw),
        )
        self._scene.record(work, [fact], cause)

    def _bind(self, work: Work, command: Arrival, cause: Cause) -> None:
        """What is sent from the phone app has statuses too, and some may have come before it."""
        wamid_id, scene = command.message_id, self._scene
        message, wamid = scene.message(work, wamid_id), scene.wamid(work, wamid_id)
        scene.record(work, deliveries.bind(command, wamid_id, wamid_id, message, wamid), cause)
