"""Who is met under an alias (rules 10 to 13): a living contact that has it; one that was parted has its own back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from recado_chassis.fingerprints import Fingerprints
from recado_chassis.verifying.figures import Figure, none_of, told
from recado_events.crm import (
    ContactAliasesAdded,
    ContactCreated,
    ContactLinked,
    ContactMergedInto,
    ContactRestored,
    ContactSuperseded,
    ContactUnmerged,
    OfContact,
)
from recado_events.event import Event
from recado_events.identity import Alias, spellings
from recado_events.ids import ContactId, CustomerId, OrganisationId

Owners = Mapping[tuple[str, str], str]
"""The contact that is found under an alias, by organisation and fingerprint."""


class Own(NamedTuple):
    aliases: frozenset[Alias]
    customers: frozenset[CustomerId]


@dataclass(slots=True)
class _Book:
    aliases: defaultdict[ContactId, set[Alias]] = field(default_factory=lambda: defaultdict(set))
    customers: defaultdict[ContactId, set[CustomerId]] = field(default_factory=lambda: defaultdict(set))
    organisations: dict[ContactId, OrganisationId] = field(default_factory=dict)
    survivors: dict[ContactId, ContactId] = field(default_factory=dict)
    merged: dict[ContactId, Own] = field(default_factory=dict)
    """What was a contact's own when people merged it."""
    bereft: list[ContactId] = field(default_factory=list)

    def hear(self, event: OfContact) -> None:
        contact = event.contact_id
        self.organisations[contact] = event.organisation_id
        match event:
            case ContactCreated() | ContactAliasesAdded() if event.personal:
                self.aliases[contact].update(event.personal.aliases)
            case ContactLinked():
                self.customers[contact].add(event.customer_id)
            case ContactSuperseded() | ContactMergedInto():
                if isinstance(event, ContactMergedInto):
                    own = frozenset(self.aliases[contact]), frozenset(self.customers[contact])
                    self.merged[contact] = Own(*own)
                self.survivors[contact] = event.survivor_id
                self.customers[contact].clear()
            case ContactUnmerged():
                self.aliases[contact] -= {*(event.personal.aliases if event.personal else ())}
                self.customers[contact] -= {*event.customers}
            case ContactRestored():
                self._restore(event)

    def _restore(self, event: ContactRestored) -> None:
        contact = event.contact_id
        back = Own(
            frozenset(each.alias for each in event.personal.aliases) if event.personal else frozenset(),
            frozenset(event.customers),
        )
        self.survivors.pop(contact, None)
        self.aliases[contact] |= back.aliases
        own = self.merged.pop(contact, back)
        left = self.met_as(event.survivor_id)
        lacks = own.aliases - self.aliases[contact] or own.customers - back.customers
        if lacks or back.aliases & self.aliases[left] or back.customers & self.customers[left]:
            self.bereft.append(contact)
        # What goes back to this one is not what another one had, though it was met as that meanwhile.
        for other, had in self.merged.items():
            self.merged[other] = Own(had.aliases - back.aliases, had.customers - back.customers)

    def met_as(self, contact: ContactId) -> ContactId:
        while contact in self.survivors:
            contact = self.survivors[contact]
        return contact


def figures(of: str, events: Sequence[Event], owners: Owners, fingerprints: Fingerprints) -> Iterator[Figure]:
    book = _Book()
    for event in events:
        if isinstance(event, OfContact):
            book.hear(event)
    yield told(of, "contacts merged by people", len(book.merged))
    yield none_of(of, "contacts parted that did not get back what is theirs", book.bereft)
    yield none_of(of, "aliases under which no living contact of theirs is met", _astray(book, owners, fingerprints))


def _astray(book: _Book, owners: Owners, fingerprints: Fingerprints) -> list[ContactId]:
    """Contacts one of whose aliases leads to nobody, or to somebody who does not have it."""
    known = {str(contact): contact for contact in book.organisations}
    spelt = {contact: {*spellings(aliases)} for contact, aliases in book.aliases.items()}
    found = []
    for contact, names in spelt.items():
        scope = str(book.organisations[contact])
        met = [(name, known.get(owners.get((scope, fingerprints.of(scope, *name)), ""))) for name in names]
        if any(who is None or name not in spelt.get(book.met_as(who), ()) for name, who in met):
            found.append(contact)
    return found
