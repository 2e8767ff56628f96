"""What people do with conversations."""

from __future__ import annotations

from recado_chassis.work import Work
from recado_events.envelope import Cause
from recado_events.ids import MessageId

from conversations.application.scene import Scene
from conversations.commands import (
    AssignConversation,
    BlockCustomer,
    CloseConversation,
    MarkRead,
    OnConversation,
    React,
    ReopenConversation,
    Reply,
    ShowTyping,
)
from conversations.domain import blocking, ownership, presence, talk
from conversations.domain.customer import Customer
from conversations.domain.desk import Desk
from conversations.domain.message import Message
from conversations.domain.places import ConversationPlace
from conversations.domain.team import Team


class Talking:
    """One method a use case. Each may be repeated and then changes nothing."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def reply(self, work: Work, command: Reply, cause: Cause) -> None:
        place, customer, desk, team = self._at(work, command)
        message = self._scene.message(work, command.message_id)
        quoted = None if command.reply_to is None else self._scene.message(work, command.reply_to)
        self._scene.record(work, talk.reply(command, place, customer, desk, team, message, quoted), cause)

    def react(self, work: Work, command: React, cause: Cause) -> None:
        place, customer, desk, team = self._at(work, command)
        message = self._scene.message(work, command.message_id)
        target = self._scene.message(work, command.target_id)
        self._scene.record(work, talk.react(command, place, customer, desk, team, message, target), cause)

    def mark_read(self, work: Work, command: MarkRead, cause: Cause) -> None:
        place, customer, desk, team = self._at(work, command)
        last = self._scene.message(work, command.up_to_id)
        told = self._told(work, command.up_to_id)
        facts = talk.mark_read(command, place, customer, team, last)
        facts += presence.show_read(command, place, customer, desk, team, last, told)
        self._scene.record(work, facts, cause)

    def show_typing(self, work: Work, command: ShowTyping, cause: Cause) -> None:
        place, customer, desk, team = self._at(work, command)
        last = self._scene.message(work, command.answering)
        told = self._scene.message(work, presence.typing_id_of(command.answering))
        self._scene.record(work, presence.show_typing(command, place, customer, desk, team, last, told), cause)

    def _told(self, work: Work, message_id: MessageId) -> Message:
        """What tells the customer that it was read: a receipt, or that somebody is typing."""
        receipt = self._scene.message(work, presence.receipt_id_of(message_id))
        return receipt if receipt.exists else self._scene.message(work, presence.typing_id_of(message_id))

    def block_customer(self, work: Work, command: BlockCustomer, cause: Cause) -> None:
        """Who wrote in a conversation may have been found to be somebody else since: that one is blocked."""
        place, customer, desk, team = self._at(work, command)
        here, who = talk.talk_of(command, customer), self._scene.survivor(work, place["customer_id"])
        at: ConversationPlace = {**place, "customer_id": who}
        facts = blocking.block(command, at, here, self._scene.customer(work, who), desk, team)
        self._scene.record(work, facts, cause)

    def assign_conversation(self, work: Work, command: AssignConversation, cause: Cause) -> None:
        place, customer, desk, team = self._at(work, command)
        self._scene.record(work, ownership.assign(command, place, customer, desk, team), cause)

    def close_conversation(self, work: Work, command: CloseConversation, cause: Cause) -> None:
        place, customer, desk, team = self._at(work, command)
        self._scene.record(work, ownership.close(command, place, customer, desk, team), cause)

    def reopen_conversation(self, work: Work, command: ReopenConversation, cause: Cause) -> None:
        place, customer, desk, team = self._at(work, command)
        self._scene.record(work, ownership.reopen(command, place, customer, desk, team), cause)

    def _at(self, work: Work, command: OnConversation) -> tuple[ConversationPlace, Customer, Desk, Team]:
        place = self._scene.place_of(work, command.organisation_id, command.conversation_id)
        customer = self._scene.customer(work, place["customer_id"])
        desk = self._scene.desk(work, command.organisation_id, place["phone_number_id"])
        return place, customer, desk, self._scene.team(work, command.organisation_id)
