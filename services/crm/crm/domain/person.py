"""What is known of a contact: one person in one organisation, whatever business number they write to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from recado_events.crm import (
    Link,
)
from recado_events.identity import Alias
from recado_events.ids import (
    CompanyId,
    ContactId,
    ConversationId,
    CustomerId,
    NoteId,
    OrganisationId,
    PhoneNumberId,
    UserId,
)

NAME = "name"
COMPANY = "company"


@dataclass(frozen=True, slots=True)
class Talk:
    state: str = "open"
    assignee: UserId | None = None
    named_company: bool = False
    """A card shared in it has: once is enough."""
    customer_id: CustomerId | None = None
    phone_number_id: PhoneNumberId | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What a contact took over from one that was merged into it, and how it was called before."""

    values: Mapping[str, str | bool | None]
    company_id: CompanyId | None
    owner_id: UserId | None
    named_by_person: bool

    def without(self, fields: Collection[str]) -> Taken:
        return replace(self, values={name: value for name, value in self.values.items() if name not in fields})


@dataclass(frozen=True, slots=True)
class Contact:
    organisation_id: OrganisationId | None = None
    """None: there is no such contact."""
    owner_id: UserId | None = None
    values: Mapping[str, str | bool | None] = field(default_factory=lambda: MappingProxyType({}))
    named_by_person: bool = False
    """Then the name a customer chooses at WhatsApp no longer replaces it."""
    aliases: tuple[Alias, ...] = ()
    links: tuple[Link, ...] = ()
    talks: Mapping[ConversationId, Talk] = field(default_factory=lambda: MappingProxyType({}))
    notes: frozenset[NoteId] = frozenset()
    company_id: CompanyId | None = None
    superseded_by: ContactId | None = None
    merged: bool = False
    """Superseded by people, who can take it back."""
    homes: Mapping[CustomerId | Alias, ContactId] = field(default_factory=lambda: MappingProxyType({}))
    """Of customers and aliases that are those of contacts superseded by this one: whose they were."""
    usernames: Mapping[CustomerId, str] = field(default_factory=lambda: MappingProxyType({}))
    """Of the customers whose home this is, also while it is superseded."""
    taken: Mapping[ContactId, Taken] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def exists(self) -> bool:
        return self.organisation_id is not None


ABSENT = Contact()
