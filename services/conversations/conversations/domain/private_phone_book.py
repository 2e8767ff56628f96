"""Facts about the phone's address book that conversations keeps for itself."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime
from recado_events.conversations import OfDesk
from recado_events.event import Event, Personal
from recado_events.ids import PhoneNumberId


class PhoneBookNoted(OfDesk):
    """The number also lives in a phone, whose address book was heard of."""

    TYPE: ClassVar[str] = "conversations.phone-book-noted.v1"
    noted_at: AwareDatetime


class CardName(Personal):
    name: str | None


class CardNoted(Event):
    """What the phone calls somebody; without a name: it does not know them any more."""

    TYPE: ClassVar[str] = "conversations.card-noted.v1"
    STREAM: ClassVar[str] = "card-{card_id}"
    SUBJECT: ClassVar[str] = "{card_id}"
    KEY: ClassVar[str] = "{organisation_id}:{phone_number_id}"

    phone_number_id: PhoneNumberId
    card_id: UUID
    """Made of an HMAC of the number or user id."""
    told_at: AwareDatetime
    """By Meta's clock."""
    noted_at: AwareDatetime
    personal: CardName | None


PHONE_BOOK: tuple[type[Event], ...] = (PhoneBookNoted, CardNoted)
