"""A contact as crm told of it: where its values for merge fields come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from recado_events.crm import Link
from recado_events.event import Event
from recado_events.identity import Alias
from recado_events.ids import CompanyId, ContactId, OrganisationId, UserId

from conversations.commands import (
    NoteContact,
    NoteContactCompany,
    NoteContactParted,
    NoteContactStanding,
    NoteContactSuperseded,
)
from conversations.domain.noted import (
    ContactCompanyNoted,
    ContactNoted,
    ContactPartedNoted,
    ContactProfile,
    ContactStandingNoted,
    ContactSupersededNoted,
    PartedAliases,
)


@dataclass(frozen=True, slots=True)
class Contact:
    organisation_id: OrganisationId | None = None
    """None: nothing was told of such a contact."""
    contact_id: ContactId | None = None
    values: Mapping[str, str | None] = field(default_factory=lambda: MappingProxyType({}))
    aliases: tuple[Alias, ...] = ()
    owner_id: UserId | None = None
    links: tuple[Link, ...] = ()
    """The customers it is, the last one told last."""
    company_id: CompanyId | None = None
    superseded_by: ContactId | None = None
    """Whom it is met as."""


STRANGER = Contact()


def evolve(contact: Contact, event: Event) -> Contact:
    match event:
        case ContactNoted():
            told = event.personal or ContactProfile(values={})
            return replace(
                contact,
                organisation_id=event.organisation_id,
                contact_id=event.contact_id,
                values=MappingProxyType({**contact.values, **told.values}),
                aliases=(*contact.aliases, *(alias for alias in told.aliases if alias not in contact.aliases)),
            )
        case ContactStandingNoted():
            links = (*contact.links, *(link for link in event.links if link not in contact.links))
            return replace(
                contact,
                organisation_id=event.organisation_id,
                contact_id=event.contact_id,
                owner_id=event.owner_id,
                links=links,
            )
        case ContactCompanyNoted():
            return replace(
                contact,
                organisation_id=event.organisation_id,
                contact_id=event.contact_id,
                company_id=event.company_id,
            )
        case ContactSupersededNoted():
            return replace(contact, superseded_by=event.survivor_id)
        case ContactPartedNoted():
            gone = event.personal.aliases if event.personal else ()
            return replace(
                contact,
                aliases=tuple(alias for alias in contact.aliases if alias not in gone),
                links=tuple(link for link in contact.links if link.customer_id not in event.customers),
            )
    return contact


def note_contact(command: NoteContact, contact: Contact) -> list[Event]:
    noted = ContactNoted(
        organisation_id=command.organisation_id,
        contact_id=command.contact_id,
        noted_at=command.now,
        personal=ContactProfile(values=dict(command.values), aliases=command.aliases),
    )
    return [] if evolve(contact, noted) == contact else [noted]


def note_standing(command: NoteContactStanding, contact: Contact) -> list[Event]:
    noted = ContactStandingNoted(
        organisation_id=command.organisation_id,
        contact_id=command.contact_id,
        owner_id=command.owner_id,
        links=command.links,
        noted_at=command.now,
    )
    return [] if evolve(contact, noted) == contact else [noted]


def note_company(command: NoteContactCompany, contact: Contact) -> list[Event]:
    noted = ContactCompanyNoted(
        organisation_id=command.organisation_id,
        contact_id=command.contact_id,
        company_id=command.company_id,
        noted_at=command.now,
    )
    return [] if evolve(contact, noted) == contact else [noted]


def note_superseded(command: NoteContactSuperseded, contact: Contact, survivor: Contact) -> list[Event]:
    linked = (link.customer_id for link in (*contact.links, *survivor.links))
    noted = ContactSupersededNoted(
        organisation_id=command.organisation_id,
        contact_id=command.contact_id,
        survivor_id=command.survivor_id,
        customers=tuple(dict.fromkeys((*command.customers, *linked))),
        noted_at=command.now,
    )
    return [] if evolve(contact, noted) == contact else [noted]


def note_moved(command: NoteContactStanding, from_id: ContactId, contact: Contact) -> list[Event]:
    """What another contact is not any more, because of this link; it may still be met under its own aliases."""
    return note_parted(
        NoteContactParted(
            organisation_id=command.organisation_id,
            contact_id=from_id,
            customers=tuple(link.customer_id for link in command.links),
            aliases=(),
            now=command.now,
        ),
        contact,
    )


def note_parted(command: NoteContactParted, contact: Contact) -> list[Event]:
    noted = ContactPartedNoted(
        organisation_id=command.organisation_id,
        contact_id=command.contact_id,
        customers=command.customers,
        noted_at=command.now,
        personal=PartedAliases(aliases=command.aliases),
    )
    return [] if evolve(contact, noted) == contact else [noted]
