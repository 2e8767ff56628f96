"""Organisations and their editions: capability flags, checked when something is asked (rule 37)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from recado_events.billing import WITH_WHATSAPP, EditionChanged, OrganisationRegistered, OrganisationRenamed
from recado_events.event import Event
from recado_events.ids import OrganisationId

from billing.commands import ChangeEdition, Register
from billing.domain.refusals import UnknownOrganisation


def organisation_stream(organisation_id: OrganisationId) -> str:
    return f"organisation-{organisation_id}"


@dataclass(frozen=True, slots=True)
class Organisation:
    name: str | None = None
    """None: nobody registered it."""
    locale: str = "en"
    edition: str = ""

    @property
    def may_send(self) -> bool:
        return self.edition in WITH_WHATSAPP


def evolve(organisation: Organisation, event: Event) -> Organisation:
    match event:
        case OrganisationRegistered():
            return Organisation(event.name, event.locale, event.edition)
        case OrganisationRenamed():
            return replace(organisation, name=event.name, locale=event.locale)
        case EditionChanged():
            return replace(organisation, edition=event.edition)
    return organisation


def register(command: Register, organisation: Organisation) -> list[Event]:
    """Registers, or makes a registered one be as it is said."""
    org, now = command.organisation_id, command.now
    if organisation.name is None:
        return [
            OrganisationRegistered(
                organisation_id=org,
                name=command.name,
                locale=command.locale,
                edition=command.edition,
                registered_at=now,
            )
        ]
    facts: list[Event] = []
    if (organisation.name, organisation.locale) != (command.name, command.locale):
        facts.append(OrganisationRenamed(organisation_id=org, name=command.name, locale=command.locale, renamed_at=now))
    return [*facts, *change_edition(ChangeEdition(organisation_id=org, edition=command.edition, now=now), organisation)]


def change_edition(command: ChangeEdition, organisation: Organisation) -> list[Event]:
    if organisation.name is None:
        raise UnknownOrganisation
    if organisation.edition == command.edition:
        return []
    return [
        EditionChanged(
            organisation_id=command.organisation_id,
            previous=organisation.edition,
            edition=command.edition,
            changed_at=command.now,
        )
    ]
