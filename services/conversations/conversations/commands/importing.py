"""What the phone app tells: of the time before the number came here, and of whom it knows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from recado_events.content import Content
from recado_events.identity import Alias
from recado_events.ids import MessageId, OrganisationId, PhoneNumberId


@dataclass(frozen=True, slots=True, kw_only=True)
class PastMessage:
    message_id: MessageId
    wamid: str
    aliases: tuple[Alias, ...]
    """Of the person at the other end; never empty."""
    by_business: bool
    content: Content
    status: str | None
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPast:
    organisation_id: OrganisationId
    phone_number_id: PhoneNumberId
    messages: tuple[PastMessage, ...]
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CardTold:
    """Somebody in the phone's address book, or not any more."""

    aliases: tuple[Alias, ...]
    """Never empty."""
    name: str | None
    """None: it was removed."""
    told_at: datetime
    """By Meta's clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotePhoneBook:
    organisation_id: OrganisationId
    phone_number_id: PhoneNumberId
    cards: tuple[CardTold, ...]
    now: datetime
