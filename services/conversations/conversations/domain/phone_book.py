"""What the business's phone calls people: used for those who have not said what they call themselves, and for nothing
else. Nobody becomes a customer by it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from recado_events.conversations import CustomerRenamed, Identity
from recado_events.event import Event

from conversations.commands import CardTold, NotePhoneBook
from conversations.domain.customer import Customer
from conversations.domain.desk import Desk
from conversations.domain.places import CustomerPlace
from conversations.domain.private_phone_book import CardName, CardNoted, PhoneBookNoted


@dataclass(frozen=True, slots=True)
class Card:
    """One number or user id in the phone's address book."""

    name: str | None = None
    """None: it is not there, or not any more."""
    told_at: datetime | None = None


NO_CARD = Card()


def evolve(card: Card, event: Event) -> Card:
    match event:
        case CardNoted():
            return Card(event.personal.name if event.personal else None, event.told_at)
    return card


def begin(command: NotePhoneBook, desk: Desk) -> list[Event]:
    """From here on who comes without a name is looked for in it."""
    if desk.has_phone_book:
        return []
    at = {"organisation_id": command.organisation_id, "phone_number_id": command.phone_number_id}
    return [PhoneBookNoted.model_validate({**at, "noted_at": command.now})]


def note_card(command: NotePhoneBook, told: CardTold, card_id: UUID, card: Card) -> list[Event]:
    """What was told last counts, in whatever order it comes; of two at the same time the one with a name."""
    if card.told_at is not None and (told.told_at, told.name or "") <= (card.told_at, card.name or ""):
        return []
    return [
        CardNoted(
            organisation_id=command.organisation_id,
            phone_number_id=command.phone_number_id,
            card_id=card_id,
            told_at=told.told_at,
            noted_at=command.now,
            personal=CardName(name=told.name),
        )
    ]


def call(command: NotePhoneBook, card: Card, customer: Customer, place: CustomerPlace) -> list[Event]:
    """A customer without a name of their own is called so; who left the address book keeps what they were called."""
    if card.name is None or customer.profile_name is not None or customer.book_name == card.name:
        return []
    identity = Identity(aliases=(), username=customer.username, book_name=card.name)
    return [CustomerRenamed(**place, renamed_at=command.now, personal=identity)]
