"""What other services told, to be noted here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from recado_events.crm import Link
from recado_events.identity import Alias
from recado_events.ids import (
    CompanyId,
    ContactId,
    CustomerId,
    MessageId,
    OrganisationId,
    PhoneNumberId,
    TemplateId,
    UserId,
    WabaId,
)
from recado_events.templates import TemplateForm


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteChannel:
    organisation_id: OrganisationId
    phone_number_id: PhoneNumberId
    connected: bool
    waba_id: WabaId | None = None
    country: str | None = None
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


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteContact:
    """Fields and aliases that crm told of."""

    organisation_id: OrganisationId
    contact_id: ContactId
    values: Mapping[str, str | None]
    aliases: tuple[Alias, ...] = ()
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteContactStanding:
    organisation_id: OrganisationId
    contact_id: ContactId
    owner_id: UserId | None
    links: tuple[Link, ...]
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteContactCompany:
    organisation_id: OrganisationId
    contact_id: ContactId
    company_id: CompanyId | None
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteCompany:
    """Fields that crm told of."""

    organisation_id: OrganisationId
    company_id: CompanyId
    values: Mapping[str, str | None]
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteContactSuperseded:
    """Whom a contact is met as from now on; None: as itself again."""

    organisation_id: OrganisationId
    contact_id: ContactId
    survivor_id: ContactId | None
    customers: tuple[CustomerId, ...] = ()
    """Those that go back with it."""
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteContactParted:
    """These customers and aliases are another contact's again."""

    organisation_id: OrganisationId
    contact_id: ContactId
    customers: tuple[CustomerId, ...]
    aliases: tuple[Alias, ...]
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteTemplate:
    """What is None was not told."""

    organisation_id: OrganisationId
    waba_id: WabaId
    template_id: TemplateId
    standing: str | None = None
    form: TemplateForm | None = None
    category: str | None = None
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteOrganisation:
    """What is None was not told."""

    organisation_id: OrganisationId
    name: str | None = None
    edition: str | None = None
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteReservation:
    """What billing answered to a request: its credits are reserved, or `refused` says why not."""

    organisation_id: OrganisationId
    message_id: MessageId
    refused: str | None
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpireRequest:
    """Nobody answered a request in time."""

    organisation_id: OrganisationId
    message_id: MessageId
    now: datetime
