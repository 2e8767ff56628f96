"""Which contact a customer is (rules 10 to 12): found by any alias, one a person; each reaction may be repeated."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from recado_events.crm import (
    ContactAliasesAdded,
    ContactCreated,
    ContactDetails,
    ContactFieldsEdited,
    ContactLinked,
    ContactOwnerChanged,
    ContactSuperseded,
    ContactUsername,
    ContactUsernameChanged,
    Edits,
    FieldEdit,
    Link,
)
from recado_events.event import Event
from recado_events.identity import Alias
from recado_events.ids import ContactId, OrganisationId, UserId

from crm.commands import MeetCustomer, OnCustomer
from crm.domain.contact import NAME, Contact


def meet_customer(
    command: MeetCustomer, contact_id: ContactId, contact: Contact, home_id: ContactId | None = None
) -> list[Event]:
    """A new contact, or a known one that is known better; the customer is linked to it either way.

    `home_id`: the contact superseded by this one whose customer it is.
    """
    org, now = command.organisation_id, command.now
    link = Link(customer_id=command.customer_id, phone_number_id=command.phone_number_id)
    if contact.exists:
        added = add_aliases(org, contact_id, contact, dict.fromkeys(command.aliases, home_id), now)
        facts = [*added, *name(command, contact_id, contact)]
    else:
        details = ContactDetails(name=command.name or command.book_name, aliases=command.aliases)
        facts = [
            ContactCreated(
                organisation_id=org, contact_id=contact_id, origin="conversation", created_at=now, personal=details
            )
        ]
    return [*facts, *link_customers(org, contact_id, contact, {link: home_id}, contact.owner_id, now)]


def name(command: MeetCustomer, contact_id: ContactId, contact: Contact) -> list[Event]:
    """Follows the name chosen at WhatsApp until a person has given one; what a phone calls them is better than none."""
    before = contact.values.get(NAME)
    after = command.name or (command.book_name if before is None else None)
    if after is None or contact.named_by_person or before == after:
        return []
    edit = FieldEdit(field=NAME, before=before, after=after)
    return [
        ContactFieldsEdited(
            organisation_id=command.organisation_id,
            contact_id=contact_id,
            fields=(NAME,),
            edited_by=None,
            edited_at=command.now,
            personal=Edits(edits=(edit,)),
        )
    ]


def username(command: MeetCustomer, contact_id: ContactId, contact: Contact) -> list[Event]:
    """What they go by at WhatsApp. It changes hands, so that it is shown and searched, and nobody is met by it."""
    if command.username is None or contact.usernames.get(command.customer_id) == command.username:
        return []
    return [
        ContactUsernameChanged(
            organisation_id=command.organisation_id,
            contact_id=contact_id,
            customer_id=command.customer_id,
            changed_at=command.now,
            personal=ContactUsername(username=command.username),
        )
    ]


def add_aliases(
    organisation_id: OrganisationId,
    contact_id: ContactId,
    contact: Contact,
    aliases: Mapping[Alias, ContactId | None],
    now: datetime,
) -> list[Event]:
    """Aliases with their homes: a fact for each home."""
    added: dict[ContactId | None, list[Alias]] = {}
    for alias, home_id in aliases.items():
        if alias not in contact.aliases:
            added.setdefault(home_id, []).append(alias)
    return [
        ContactAliasesAdded(
            organisation_id=organisation_id,
            contact_id=contact_id,
            home_id=home_id,
            added_at=now,
            personal=ContactDetails(aliases=tuple(told)),
        )
        for home_id, told in added.items()
    ]


def link_customers(
    organisation_id: OrganisationId,
    contact_id: ContactId,
    contact: Contact,
    links: Mapping[Link, ContactId | None],
    owner_id: UserId | None,
    now: datetime,
) -> list[Event]:
    """Customers with their homes."""
    known = {link.customer_id for link in contact.links}
    return [
        ContactLinked(
            organisation_id=organisation_id,
            contact_id=contact_id,
            customer_id=link.customer_id,
            phone_number_id=link.phone_number_id,
            owner_id=owner_id,
            home_id=home_id,
            linked_at=now,
        )
        for link, home_id in links.items()
        if link.customer_id not in known
    ]


Homes = tuple[dict[Alias, ContactId | None], dict[Link, ContactId | None]]


def homed(contact_id: ContactId, contact: Contact) -> Homes:
    """Its aliases and customers, each with the contact whose it is."""
    aliases: dict[Alias, ContactId | None] = {a: contact.homes.get(a, contact_id) for a in contact.aliases}
    links: dict[Link, ContactId | None] = {
        link: contact.homes.get(link.customer_id, contact_id) for link in contact.links
    }
    return aliases, links


def supersede(
    command: OnCustomer, survivor_id: ContactId, survivor: Contact, other_id: ContactId, other: Contact
) -> list[Event]:
    """Two contacts are one person: whoever is met under any alias of either is the survivor from now on.

    What people wrote on the other stays there: a merge of two contacts' contents is for people to decide. Only an
    owner is taken over, where the survivor has none.
    """
    org, now = command.organisation_id, command.now
    owner_id = survivor.owner_id or other.owner_id
    aliases, links = homed(other_id, other)
    facts = add_aliases(org, survivor_id, survivor, aliases, now)
    if owner_id != survivor.owner_id:
        facts.append(
            ContactOwnerChanged(
                organisation_id=org,
                contact_id=survivor_id,
                owner_id=owner_id,
                why="assigned",
                links=survivor.links,
                changed_at=now,
            )
        )
    return [
        *facts,
        *link_customers(org, survivor_id, survivor, links, owner_id, now),
        ContactSuperseded(organisation_id=org, contact_id=other_id, survivor_id=survivor_id, superseded_at=now),
    ]
