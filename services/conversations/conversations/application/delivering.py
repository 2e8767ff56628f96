"""What became of messages of the business: as Meta tells it, and as the gateway does."""

from __future__ import annotations

from recado_chassis.ports import Ids
from recado_chassis.work import Work
from recado_events.envelope import Cause
from recado_events.event import Event
from recado_events.ids import MessageId

from conversations.application.customers import Customers, place
from conversations.application.scene import Scene
from conversations.commands import NoteOutcome, RecordStatus
from conversations.domain import blocking, deliveries, identity
from conversations.domain.message import ABSENT, Message
from conversations.domain.wamid import Wamid


class Delivering:
    """One method a kind of news; each may be repeated and then changes nothing."""

    def __init__(self, scene: Scene, ids: Ids) -> None:
        self._scene = scene
        self._customers = Customers(scene, ids)

    def record_status(self, work: Work, command: RecordStatus, cause: Cause) -> None:
        scene = self._scene
        wamid = scene.wamid(work, command.wamid_id)
        message_id, message = self._message(work, command, wamid)
        facts = deliveries.record_status(command, message_id, message, wamid)
        facts += [*self._stop_marketing(work, command, message), *self._settle_block(work, command, message)]
        scene.record(work, facts, cause)

    def note_outcome(self, work: Work, command: NoteOutcome, cause: Cause) -> None:
        scene = self._scene
        at = place(command.organisation_id, command.phone_number_id, command.customer_id)
        message = scene.message(work, command.message_id)
        wamid = scene.wamid(work, command.wamid_id or command.message_id)
        facts = deliveries.note_outcome(command, message, wamid, at)
        facts += [*self._stop_marketing(work, command, message), *self._settle_block(work, command, message)]
        scene.record(work, facts, cause)
        if message.exists:
            self._note_aliases(work, command, cause)

    def _stop_marketing(self, work: Work, command: RecordStatus | NoteOutcome, message: Message) -> list[Event]:
        if message.customer_id is None or not deliveries.tells_of_no_marketing(command):
            return []
        customer_id = self._scene.survivor(work, message.customer_id)
        at = place(command.organisation_id, command.phone_number_id, customer_id)
        return deliveries.stop_marketing(command, self._scene.customer(work, customer_id), at)

    def _settle_block(self, work: Work, command: RecordStatus | NoteOutcome, message: Message) -> list[Event]:
        if message.customer_id is None or (message.blocking is None and not blocking.tells_of_block(command)):
            return []
        customer_id = self._scene.survivor(work, message.customer_id)
        at = place(command.organisation_id, command.phone_number_id, customer_id)
        return blocking.settle(command, message, self._scene.customer(work, customer_id), at)

    def _note_aliases(self, work: Work, command: NoteOutcome, cause: Cause) -> None:
        """Whoever else Meta's answer names is the same person."""
        scene, org, number, now = self._scene, command.organisation_id, command.phone_number_id, command.now
        known = scene.customer(work, command.customer_id).aliases
        if all(alias in known for alias in command.aliases):
            return
        changes = self._customers.foretold(work, org, number, command.aliases)
        at = self._customers.place_of(work, org, number, command.aliases, now, cause, known=command.customer_id)
        customer = scene.customer(work, at["customer_id"])
        scene.record(work, identity.add_aliases(command.aliases, customer, at, "accepted", now), cause)
        self._customers.change(work, at, changes, cause)

    def _message(self, work: Work, command: RecordStatus, wamid: Wamid) -> tuple[MessageId | None, Message]:
        """By our own id, by the wamid that was bound to one, or a message of the phone app, whose id is the wamid's."""
        for message_id in (command.tagged_id, wamid.message_id, command.wamid_id):
            message = ABSENT if message_id is None else self._scene.message(work, message_id)
            if message.from_business:
                return message_id, message
        return None, ABSENT
