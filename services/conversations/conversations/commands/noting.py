"""What other services told, to be noted here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from recado_events.identity import Alias
from recado_events.ids import CustomerId, MessageId, OrganisationId, PhoneNumberId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteChannel:
    organisation_id: OrganisationId
    phone_number_id: PhoneNumberId
    connected: bool
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteContactOwner:
    organisation_id: OrganisationId
    phone_number_id: PhoneNumberId
    customer_id: CustomerId
    owner_id: UserId | None
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteOutcome:
    """What became of the call to Meta: accepted, rejected or unknown."""

    organisation_id: OrganisationId
    phone_number_id: PhoneNumberId
    customer_id: CustomerId
    message_id: MessageId
    outcome: str
    reason: str | None
    meta_code: int | None
    wamid: str | None
    wamid_id: MessageId | None
    aliases: tuple[Alias, ...]
    occurred_at: datetime
    now: datetime
