"""What billing does when a message asks for credits, leaves, is delivered, or is not."""

from __future__ import annotations

from recado_chassis.work import Work
from recado_events.envelope import Cause
from recado_events.event import Event

from billing.application.books import Books, charge_key
from billing.commands import (
    ExpireHold,
    NoteDelivery,
    NoteOutcome,
    NotePricing,
    NoteReply,
    OnMessage,
    ReleaseHold,
    Reserve,
)
from billing.domain import charging, discrepancy, holding
from billing.domain.scene import Scene


class Charging:
    """One method a fact; each may be repeated and then changes nothing."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def reserve(self, work: Work, command: Reserve, cause: Cause) -> None:
        self._enter(work, command, holding.reserve(command, self._scene(work, command)), cause)

    def note_reply(self, work: Work, command: NoteReply, cause: Cause) -> None:
        self._enter(work, command, charging.note_reply(command, self._scene(work, command)), cause)

    def note_delivery(self, work: Work, command: NoteDelivery, cause: Cause) -> None:
        scene = self._scene(work, command)
        if work.find(charge_key(command.organisation_id, command.message_id)) and scene.charge.phase != "rated":
            raise LookupError("a charge was posted that its own stream does not know")
        self._enter(work, command, charging.charge(command, scene), cause)

    def note_pricing(self, work: Work, command: NotePricing, cause: Cause) -> None:
        scene = self._scene(work, command)
        facts = holding.note_pricing(command, scene.charge) or discrepancy.note_late_pricing(command, scene)
        self._enter(work, command, facts, cause)

    def release(self, work: Work, command: ReleaseHold, cause: Cause) -> None:
        charge = self._books.charge(work, command.message_id)
        whose = self._books.survivor(work, command.customer_id)
        facts = holding.release(command, charge, whose, self._books.dealings(work, whose))
        self._enter(work, command, facts, cause)

    def note_outcome(self, work: Work, command: NoteOutcome, cause: Cause) -> None:
        self._enter(work, command, holding.note_outcome(command, self._books.charge(work, command.message_id)), cause)

    def expire(self, work: Work, command: ExpireHold, cause: Cause) -> None:
        self._enter(work, command, holding.expire(command, self._books.charge(work, command.message_id)), cause)

    def _scene(self, work: Work, command: OnMessage) -> Scene:
        return self._books.scene(
            work, command.organisation_id, command.phone_number_id, command.customer_id, command.message_id
        )

    def _enter(self, work: Work, command: OnMessage, facts: list[Event], cause: Cause) -> None:
        if facts:
            self._books.enter(work, facts, command.now, cause)
