"""A contact: one person in one organisation, whatever business number they write to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from recado_events.crm import (
    ContactAliasesAdded,
    ContactCompanyChosen,
    ContactConversationAssigned,
    ContactConversationClosed,
    ContactConversationReopened,
    ContactConversationStarted,
    ContactCreated,
    ContactFieldsEdited,
    ContactLinked,
    ContactNoteAdded,
    ContactOwnerChanged,
    Link,
)
from recado_events.event import Event
from recado_events.identity import Alias
from recado_events.ids import CompanyId, ContactId, ConversationId, NoteId, OrganisationId, UserId

from crm.domain.private import ContactSuperseded

NAME = "name"
COMPANY = "company"


@dataclass(frozen=True, slots=True)
class Talk:
    state: str = "open"
    assignee: UserId | None = None
    named_company: bool = False
    """A card shared in it has: once is enough."""


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

    @property
    def exists(self) -> bool:
        return self.organisation_id is not None


ABSENT = Contact()


def evolve(contact: Contact, event: Event) -> Contact:
    match event:
        case ContactCreated():
            details = event.personal
            values: dict[str, str | bool | None] = {NAME: details.name if details else None}
            aliases = details.aliases if details else ()
            return Contact(event.organisation_id, values=MappingProxyType(values), aliases=aliases)
        case ContactLinked():
            link = Link(customer_id=event.customer_id, phone_number_id=event.phone_number_id)
            return replace(contact, links=(*contact.links, link))
        case ContactAliasesAdded():
            added = event.personal.aliases if event.personal else ()
            return replace(contact, aliases=contact.aliases + added)
        case ContactOwnerChanged():
            return replace(contact, owner_id=event.owner_id)
        case ContactFieldsEdited():
            return _edited(contact, event)
        case ContactCompanyChosen():
            return _chosen(contact, event)
        case ContactNoteAdded():
            return replace(contact, notes=contact.notes | {event.note_id})
        case ContactSuperseded():
            return replace(contact, superseded_by=event.survivor_id, links=())
    return _evolve_talks(contact, event)


def _evolve_talks(contact: Contact, event: Event) -> Contact:
    match event:
        case ContactConversationStarted():
            return _talk(contact, event.conversation_id, Talk())
        case ContactConversationAssigned():
            before = contact.talks.get(event.conversation_id, Talk())
            return _talk(contact, event.conversation_id, replace(before, assignee=event.user_id))
        case ContactConversationClosed() | ContactConversationReopened():
            state = "closed" if isinstance(event, ContactConversationClosed) else "open"
            before = contact.talks.get(event.conversation_id, Talk())
            return _talk(contact, event.conversation_id, replace(before, state=state))
    return contact


def _edited(contact: Contact, event: ContactFieldsEdited) -> Contact:
    by_person = contact.named_by_person or (NAME in event.fields and event.edited_by is not None)
    edits = event.personal.edits if event.personal else ()
    told = {edit.field: edit.after if isinstance(edit.after, str | bool) else None for edit in edits}
    return replace(contact, values=MappingProxyType({**contact.values, **told}), named_by_person=by_person)


def _chosen(contact: Contact, event: ContactCompanyChosen) -> Contact:
    chosen = replace(contact, company_id=event.company_id)
    if event.conversation_id is None:
        return chosen
    before = contact.talks.get(event.conversation_id, Talk())
    return _talk(chosen, event.conversation_id, replace(before, named_company=True))


def _talk(contact: Contact, conversation_id: ConversationId, talk: Talk) -> Contact:
    return replace(contact, talks=MappingProxyType({**contact.talks, conversation_id: talk}))
