"""What comes from Meta and from the other services."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from recado_chassis.ports import Ids
from recado_chassis.work import Work
from recado_events.conversations import SetAside, UpdateSetAside
from recado_events.envelope import Cause
from recado_events.identity import Alias
from recado_events.ids import CustomerId, MessageId, OrganisationId, PhoneNumberId

from conversations.application.scene import Scene
from conversations.commands import (
    Arrival,
    ChangeIdentity,
    NoteChannel,
    NoteContactOwner,
    NoteOutcome,
    RecordStatus,
    SetAsideUpdate,
    SetMarketing,
)
from conversations.domain import arrivals, deliveries, desk, identity
from conversations.domain.message import ABSENT, Message
from conversations.domain.places import CustomerPlace
from conversations.domain.private import ContactOwnerNoted


class Arriving:
    """One method an update; each may be repeated and then changes nothing."""

    def __init__(self, scene: Scene, ids: Ids) -> None:
        self._scene = scene
        self._ids = ids

    def receive(self, work: Work, command: Arrival, cause: Cause) -> None:
        scene, org, number = self._scene, command.organisation_id, command.phone_number_id
        message = scene.message(work, command.message_id)
        place = self._place(work, org, number, command.sighting.aliases, command.now, cause)
        customer = scene.customer(work, place["customer_id"])
        facts = arrivals.receive(
            command, place, customer, scene.desk(work, org, number), scene.team(work, org), message
        )
        scene.record(work, facts, cause)

    def change_identity(self, work: Work, command: ChangeIdentity, cause: Cause) -> None:
        """Old and new aliases name one person from here on; somebody never seen is not created by it (rule 11)."""
        scene, org, number = self._scene, command.organisation_id, command.phone_number_id
        aliases = (*command.old, *command.new)
        if not scene.owners(work, scene.alias_keys(org, number, aliases)):
            return
        place = self._place(work, org, number, aliases, command.now, cause)
        customer = scene.customer(work, place["customer_id"])
        facts = identity.add_aliases(aliases, customer, place, command.reason, command.now)
        scene.record(work, facts, cause)

    def set_marketing(self, work: Work, command: SetMarketing, cause: Cause) -> None:
        scene, org, number = self._scene, command.organisation_id, command.phone_number_id
        place = self._place(work, org, number, command.sighting.aliases, command.now, cause)
        customer = scene.customer(work, place["customer_id"])
        scene.record(work, identity.set_marketing(command, customer, place), cause)

    def record_status(self, work: Work, command: RecordStatus, cause: Cause) -> None:
        scene = self._scene
        wamid = scene.wamid(work, command.wamid_id)
        message_id, message = self._message(work, command.tagged_id)
        if not message.exists:
            message_id, message = self._message(work, wamid.message_id)
        facts = deliveries.record_status(command, message_id, message, wamid)
        if message.customer_id is not None:
            place = _place(command.organisation_id, command.phone_number_id, message.customer_id)
            facts += deliveries.stop_marketing(command, scene.customer(work, message.customer_id), place)
        scene.record(work, facts, cause)

    def note_outcome(self, work: Work, command: NoteOutcome, cause: Cause) -> None:
        scene = self._scene
        place = _place(command.organisation_id, command.phone_number_id, command.customer_id)
        message = scene.message(work, command.message_id)
        wamid = scene.wamid(work, command.wamid_id or command.message_id)
        customer = scene.customer(work, command.customer_id)
        scene.record(work, deliveries.note_outcome(command, message, wamid, customer, place), cause)

    def note_channel(self, work: Work, command: NoteChannel, cause: Cause) -> None:
        at = self._scene.desk(work, command.organisation_id, command.phone_number_id)
        self._scene.record(work, desk.note_channel(command, at), cause)

    def note_contact_owner(self, work: Work, command: NoteContactOwner, cause: Cause) -> None:
        customer = self._scene.customer(work, command.customer_id)
        if customer.customer_id is None or customer.owner_id == command.owner_id:
            return
        place = _place(command.organisation_id, command.phone_number_id, command.customer_id)
        noted = ContactOwnerNoted(**place, owner_id=command.owner_id, noted_at=command.now)
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

    def _message(self, work: Work, message_id: MessageId | None) -> tuple[MessageId | None, Message]:
        return message_id, ABSENT if message_id is None else self._scene.message(work, message_id)

    def _place(
        self,
        work: Work,
        organisation_id: OrganisationId,
        phone_number_id: PhoneNumberId,
        aliases: Sequence[Alias],
        now: datetime,
        cause: Cause,
    ) -> CustomerPlace:
        """The customer these aliases name, or a new one; several are found to be one and merged on the way."""
        scene = self._scene
        owners = scene.owners(work, scene.alias_keys(organisation_id, phone_number_id, aliases))
        if not owners:
            return _place(organisation_id, phone_number_id, CustomerId(self._ids.new()))
        survivor, *others = identity.survivor_first([scene.customer(work, owner) for owner in owners])
        place = _place(organisation_id, phone_number_id, survivor.customer_id or owners[0])
        for other in others:
            at = scene.desk(work, organisation_id, phone_number_id)
            current = scene.customer(work, place["customer_id"])
            scene.record(work, identity.merge(current, other, place, at, now), cause)
        return place


def _place(organisation_id: OrganisationId, phone_number_id: PhoneNumberId, customer_id: CustomerId) -> CustomerPlace:
    return CustomerPlace(organisation_id=organisation_id, phone_number_id=phone_number_id, customer_id=customer_id)
