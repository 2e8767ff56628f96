"""How conversations of a number are to live and end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from recado_events.ids import ConversationId, OrganisationId, PhoneNumberId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseRules:
    organisation_id: OrganisationId
    phone_number_id: PhoneNumberId
    close_after: timedelta | None
    reopen_within: timedelta | None
    read_receipts: bool | None
    typing: bool
    by: UserId
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GoOnDraining:
    """Of the queue of a number there was more to give away."""

    organisation_id: OrganisationId
    phone_number_id: PhoneNumberId
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseSilent:
    """Nobody writes there any more, as the screen says."""

    organisation_id: OrganisationId
    conversation_id: ConversationId
    now: datetime
