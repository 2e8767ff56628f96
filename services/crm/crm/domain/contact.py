"""How a contact comes to be what it is: its events, one after the other."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from recado_events.crm import (
    ContactAliasesAdded,
    ContactCompanyChosen,
    ContactConversationAssigned,
    ContactConversationClosed,
    ContactConversationReopened,
    ContactConversationStarted,
    ContactConversationUnassigned,
    ContactCreated,
    ContactFieldsEdited,
    ContactLinked,
    ContactMergedInto,
    ContactNoteAdded,
    ContactOwnerChanged,
    ContactRestored,
    ContactsMerged,
    ContactSuperseded,
    ContactUnmerged,
    ContactUsernameChanged,
    Link,
)
from recado_events.event import Event
from recado_events.identity import Alias
from recado_events.ids import (
    ContactId,
    ConversationId,
    CustomerId,
)

from crm.domain.person import ABSENT, COMPANY, NAME, Contact, Taken, Talk

__all__ = ["ABSENT", "COMPANY", "NAME", "Contact", "Taken", "Talk", "evolve"]


def evolve(contact: Contact, event: Event) -> Contact:
    match event:
        case ContactCreated():
            details = event.personal
            values: dict[str, str | bool | None] = {NAME: details.name if details else None}
            aliases = details.aliases if details else ()
            by_person = event.created_by is not None and values[NAME] is not None
            contact_values = MappingProxyType(values)
            return Contact(event.organisation_id, values=contact_values, aliases=aliases, named_by_person=by_person)
        case ContactLinked():
            link = Link(customer_id=event.customer_id, phone_number_id=event.phone_number_id)
            linked = replace(contact, links=(*contact.links, link))
            return _homed(linked, event.home_id, event.customer_id)
        case ContactAliasesAdded():
            added = event.personal.aliases if event.personal else ()
            return _homed(replace(contact, aliases=contact.aliases + added), event.home_id, *added)
        case ContactOwnerChanged():
            return replace(contact, owner_id=event.owner_id)
        case ContactFieldsEdited():
            return _edited(contact, event)
        case ContactCompanyChosen():
            return _chosen(contact, event)
        case ContactUsernameChanged() if event.personal is not None:
            called = {**contact.usernames, event.customer_id: event.personal.username}
            return replace(contact, usernames=MappingProxyType(called))
        case ContactNoteAdded():
            return replace(contact, notes=contact.notes | {event.note_id})
        case ContactSuperseded():
            return replace(contact, superseded_by=event.survivor_id, links=())
        case ContactsMerged() | ContactMergedInto() | ContactUnmerged() | ContactRestored():
            return _evolve_merging(contact, event)
    return _evolve_talks(contact, event)


Merging = ContactsMerged | ContactMergedInto | ContactUnmerged | ContactRestored


def _evolve_merging(contact: Contact, event: Merging) -> Contact:
    match event:
        case ContactsMerged():
            edits = event.personal.edits if event.personal else ()
            values = {edit.field: edit.after if isinstance(edit.after, str | bool) else None for edit in edits}
            taken = Taken(MappingProxyType(values), event.company_id, event.owner_id, contact.named_by_person)
            return replace(contact, taken=MappingProxyType({**contact.taken, event.merged_id: taken}))
        case ContactMergedInto():
            return replace(contact, superseded_by=event.survivor_id, links=(), merged=True)
        case ContactUnmerged():
            return _unmerged(contact, event)
        case ContactRestored():
            return _restored(contact, event)


def _unmerged(contact: Contact, event: ContactUnmerged) -> Contact:
    gone = {*event.customers, *(event.personal.aliases if event.personal else ())}
    named = next((each for each in contact.taken.values() if NAME in each.values), None)
    taken = contact.taken.get(event.unmerged_id, named)
    given_back = taken is not None and NAME in event.fields
    others = {c: each.without(event.fields) for c, each in contact.taken.items() if c != event.unmerged_id}
    return replace(
        contact,
        links=tuple(link for link in contact.links if link.customer_id not in gone),
        aliases=tuple(alias for alias in contact.aliases if alias not in gone),
        talks=MappingProxyType({t: talk for t, talk in contact.talks.items() if t not in event.conversations}),
        homes=MappingProxyType({what: home for what, home in contact.homes.items() if what not in gone}),
        taken=MappingProxyType(others),
        named_by_person=taken.named_by_person if taken is not None and given_back else contact.named_by_person,
    )


def _restored(contact: Contact, event: ContactRestored) -> Contact:
    told = event.personal.aliases if event.personal else ()
    added = tuple(each.alias for each in told if each.alias not in contact.aliases)
    talks = {
        each.conversation_id: Talk(
            each.state, each.assignee, customer_id=each.customer_id, phone_number_id=each.phone_number_id
        )
        for each in event.conversations
    }
    homes: dict[CustomerId | Alias, ContactId] = {each.alias: each.home_id for each in told if each.home_id is not None}
    return replace(
        contact,
        superseded_by=None,
        merged=False,
        aliases=contact.aliases + added,
        talks=MappingProxyType({**contact.talks, **talks}),
        homes=MappingProxyType({**contact.homes, **homes}),
    )


def _homed(contact: Contact, home_id: ContactId | None, *what: CustomerId | Alias) -> Contact:
    if home_id is None:
        return contact
    return replace(contact, homes=MappingProxyType({**contact.homes, **dict.fromkeys(what, home_id)}))


def _evolve_talks(contact: Contact, event: Event) -> Contact:
    match event:
        case ContactConversationStarted():
            began = Talk(customer_id=event.customer_id, phone_number_id=event.phone_number_id)
            return _talk(contact, event.conversation_id, began)
        case ContactConversationAssigned() | ContactConversationUnassigned():
            assignee = event.user_id if isinstance(event, ContactConversationAssigned) else None
            before = contact.talks.get(event.conversation_id, Talk())
            return _talk(contact, event.conversation_id, replace(before, assignee=assignee))
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
