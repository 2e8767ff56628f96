"""The same decisions in the eventsourcing library's own idiom: aggregates, `@event`, `repository.get` and `save`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from eventsourcing.application import AggregateNotFoundError, Application
from eventsourcing.domain import Aggregate, event

_SPACE = UUID("c0a8c9b2-0f2f-4b7e-9a77-2f3a0b6d1e11")
WINDOW = timedelta(hours=24)


def id_of(*parts: object) -> UUID:
    return uuid5(_SPACE, ":".join(map(str, parts)))


class Team(Aggregate):
    """Who answers for an organisation."""

    def __init__(self, organisation_id: UUID, members: list[UUID]) -> None:
        self.organisation_id = organisation_id
        self.members = members

    @staticmethod
    def create_id(organisation_id: UUID) -> UUID:
        return id_of("team", organisation_id)

    def may_reply(self, user_id: UUID) -> bool:
        return user_id in self.members


class Desk(Aggregate):
    """The rota of a number."""

    def __init__(self, organisation_id: UUID, phone_number_id: str, members: list[UUID]) -> None:
        self.organisation_id = organisation_id
        self.phone_number_id = phone_number_id
        self.members = members
        self.pointer = 0

    @staticmethod
    def create_id(organisation_id: UUID, phone_number_id: str) -> UUID:
        return id_of("desk", organisation_id, phone_number_id)

    @event("RotaTurnTaken")
    def take_turn(self, user_id: UUID, pointer_after: int, conversation_id: UUID) -> None:
        self.pointer = pointer_after

    def next_turn(self, team: Team) -> tuple[UUID, int]:
        order = [(self.pointer + step) % len(self.members) for step in range(len(self.members))]
        place = next(place for place in order if team.may_reply(self.members[place]))
        return self.members[place], (place + 1) % len(self.members)


class Customer(Aggregate):
    """One person at one number, with conversation and window."""

    @event("CustomerIdentified")
    def __init__(self, organisation_id: UUID, phone_number_id: str, wa_id: str, profile_name: str) -> None:
        self.organisation_id = organisation_id
        self.phone_number_id = phone_number_id
        self.wa_id = wa_id
        self.profile_name = profile_name
        self.conversation_id: UUID | None = None
        self.assignee: UUID | None = None
        self.window_closes_at: datetime | None = None

    @staticmethod
    def create_id(organisation_id: UUID, phone_number_id: str, wa_id: str) -> UUID:
        return id_of(organisation_id, phone_number_id, wa_id)

    @event("ConversationOpened")
    def open(self, conversation_id: UUID, organisation_id: UUID, phone_number_id: str, opened_at: datetime) -> None:
        self.conversation_id = conversation_id

    @event("ConversationAssigned")
    def assign(self, conversation_id: UUID, user_id: UUID, how: str) -> None:
        self.assignee = user_id

    @event("ServiceWindowOpened")
    def open_window(self, message_id: UUID, opened_at: datetime, closes_at: datetime) -> None:
        self.window_closes_at = closes_at

    @event("ServiceWindowExtended")
    def extend_window(self, message_id: UUID, extended_at: datetime, closes_at: datetime) -> None:
        self.window_closes_at = closes_at


class Message(Aggregate):
    """What a customer wrote."""

    @event("MessageReceived")
    def __init__(
        self,
        message_id: UUID,
        organisation_id: UUID,
        customer_id: UUID,
        conversation_id: UUID,
        wamid: str,
        text: str,
        occurred_at: datetime,
    ) -> None:
        self.organisation_id = organisation_id
        self.customer_id = customer_id
        self.conversation_id = conversation_id
        self.wamid = wamid
        self.text = text
        self.occurred_at = occurred_at

    @staticmethod
    def create_id(message_id: UUID) -> UUID:
        return message_id


class Inbox(Application[UUID]):
    """One call a message: load what the decision needs, decide, save."""

    def staff(self, organisation_id: UUID, numbers: list[str], members: list[UUID]) -> None:
        self.save(Team(organisation_id, members), *[Desk(organisation_id, number, members) for number in numbers])

    def receive(self, record: Mapping[str, Any]) -> None:
        organisation_id, number = UUID(record["organisation_id"]), record["phone_number_id"]
        told, contact = record["update"], record["contacts"][0]
        message_id = id_of(organisation_id, number, told["id"])
        if message_id in self.repository:
            return
        occurred_at = datetime.fromtimestamp(int(told["timestamp"]), UTC)
        changed: list[Aggregate] = []
        try:
            customer: Customer = self.repository.get(Customer.create_id(organisation_id, number, told["from"]))
        except AggregateNotFoundError:
            customer = Customer(organisation_id, number, contact["wa_id"], contact["profile"]["name"])
            changed.append(self._open(customer, message_id, occurred_at))
        talk = customer.conversation_id
        assert talk is not None
        message = Message(message_id, organisation_id, customer.id, talk, told["id"], told["text"]["body"], occurred_at)
        self._move_window(customer, message_id, occurred_at)
        self.save(customer, message, *changed)

    def _open(self, customer: Customer, message_id: UUID, occurred_at: datetime) -> Desk:
        team: Team = self.repository.get(Team.create_id(customer.organisation_id))
        desk: Desk = self.repository.get(Desk.create_id(customer.organisation_id, customer.phone_number_id))
        talk = uuid5(customer.id, str(message_id))
        customer.open(talk, customer.organisation_id, customer.phone_number_id, occurred_at)
        user_id, pointer_after = desk.next_turn(team)
        desk.take_turn(user_id, pointer_after, talk)
        customer.assign(talk, user_id, "rota")
        return desk

    @staticmethod
    def _move_window(customer: Customer, message_id: UUID, occurred_at: datetime) -> None:
        closes_at, before = occurred_at + WINDOW, customer.window_closes_at
        if closes_at <= datetime.now(UTC) or (before is not None and closes_at <= before):
            return
        move = customer.open_window if before is None or before <= occurred_at else customer.extend_window
        move(message_id, occurred_at, closes_at)
