"""What the platform's operator settles: organisations, policies, rate cards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from recado_events.billing import Price, RegionOf
from recado_events.ids import OrganisationId


@dataclass(frozen=True, slots=True, kw_only=True)
class OnOrganisation:
    organisation_id: OrganisationId
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Register(OnOrganisation):
    """Registers an organisation, or makes a registered one be as it is said here."""

    name: str
    locale: str
    edition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rename(OnOrganisation):
    name: str
    locale: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeEdition(OnOrganisation):
    edition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoosePolicy:
    policy: str
    valid_from: datetime
    """Wall-clock time of each WABA's zone."""
    reply_window_is_free: bool
    free_conversations: int
    free_service_messages: int
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRateCard:
    rate_card: str
    valid_from: datetime
    """Wall-clock time of each WABA's zone."""
    prices: tuple[Price, ...]
    regions: tuple[RegionOf, ...]
    now: datetime
