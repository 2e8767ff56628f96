"""A company as crm told of it: where the values of its merge fields come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from recado_events.event import Event
from recado_events.ids import OrganisationId

from conversations.commands import NoteCompany
from conversations.domain.noted import CompanyNoted, CompanyProfile


@dataclass(frozen=True, slots=True)
class Company:
    organisation_id: OrganisationId | None = None
    """None: nothing was told of such a company."""
    values: Mapping[str, str | None] = field(default_factory=lambda: MappingProxyType({}))


NO_COMPANY = Company()


def evolve(company: Company, event: Event) -> Company:
    match event:
        case CompanyNoted():
            told = event.personal.values if event.personal else {}
            return Company(event.organisation_id, MappingProxyType({**company.values, **told}))
    return company


def note_company(command: NoteCompany, company: Company) -> list[Event]:
    noted = CompanyNoted(
        organisation_id=command.organisation_id,
        company_id=command.company_id,
        noted_at=command.now,
        personal=CompanyProfile(values=dict(command.values)),
    )
    return [] if evolve(company, noted) == company else [noted]
