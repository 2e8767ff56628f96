"""Merge and un-merge of contacts by people (rule 13): history splits back by original alias."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from recado_events.crm import (
    ContactCompanyChosen,
    ContactFieldsEdited,
    ContactMergedInto,
    ContactOwnerChanged,
    ContactRestored,
    ContactsMerged,
    ContactUnmerged,
    Edits,
    FieldEdit,
    HomedAlias,
    MovedConversation,
    RestoredAliases,
    Unmerged,
)
from recado_events.event import Event
from recado_events.identity import Alias
from recado_events.ids import CompanyId, ContactId, CustomerId, UserId

from crm.commands import MergeContacts, OnContact, UnmergeContact
from crm.domain.contact import Contact, Taken
from crm.domain.meeting import add_aliases, homed, link_customers
from crm.domain.record import check_contact
from crm.domain.refusals import ContactIsSuperseded, NotMerged, SameContact, UnknownContact
from crm.domain.staff import Staff


def merge_contacts(command: MergeContacts, contact: Contact, other: Contact, staff: Staff) -> list[Event]:
    """Whoever is met under an alias of either is this contact from now on. It takes over what it has nothing in; the
    other keeps all it has, notes and history too, so that nothing has to be given back but what is listed."""
    check_contact(command, contact, staff)
    if command.merged_id == command.contact_id:
        raise SameContact
    if other.organisation_id != command.organisation_id:
        raise UnknownContact
    staff.check_may_change(command.by, other.owner_id)
    if other.superseded_by == command.contact_id and other.merged:
        return []
    if other.superseded_by is not None:
        raise ContactIsSuperseded(superseded_by=str(other.superseded_by))
    taken = _taken(contact, other)
    org, now = command.organisation_id, command.now
    aliases, links = homed(command.merged_id, other)
    edits = tuple(FieldEdit(field=name, before=None, after=value) for name, value in taken.values.items())
    merged = ContactsMerged(
        organisation_id=org,
        contact_id=command.contact_id,
        merged_id=command.merged_id,
        fields=tuple(taken.values),
        company_id=taken.company_id,
        owner_id=taken.owner_id,
        merged_by=command.by.user_id,
        merged_at=now,
        personal=Edits(edits=edits),
    )
    return [
        merged,
        *_edited(command, edits),
        *(_company(command, contact.company_id, taken.company_id, "merged") if taken.company_id else ()),
        *add_aliases(org, command.contact_id, contact, aliases, now),
        *(_owner(command, contact, taken.owner_id, "merged") if taken.owner_id else ()),
        *link_customers(org, command.contact_id, contact, links, contact.owner_id or taken.owner_id, now),
        ContactMergedInto(
            organisation_id=org,
            contact_id=command.merged_id,
            survivor_id=command.contact_id,
            merged_by=command.by.user_id,
            merged_at=now,
        ),
    ]


def _taken(contact: Contact, other: Contact) -> Taken:
    values = {n: v for n, v in other.values.items() if v is not None and contact.values.get(n) is None}
    company_id = other.company_id if contact.company_id is None else None
    owner_id = other.owner_id if contact.owner_id is None else None
    return Taken(values, company_id, owner_id, contact.named_by_person)


def unmerge_contact(
    command: UnmergeContact,
    contact: Contact,
    met_as: Sequence[tuple[ContactId, Contact]],
    homes: AbstractSet[ContactId],
    staff: Staff,
) -> list[Event]:
    """`met_as`: what it was merged into, and what that was superseded by, to the one that it is met as now. `homes` are
    this contact and those superseded by it: what is theirs goes back, with what their customers began meanwhile."""
    if contact.organisation_id != command.organisation_id:
        raise UnknownContact
    staff.check_may_change(command.by, contact.owner_id)
    if not contact.merged:
        raise NotMerged
    survivor_id, survivor = met_as[-1]
    staff.check_may_change(command.by, survivor.owner_id)
    all_aliases, all_links = homed(survivor_id, survivor)
    aliases = {alias: _home(home, command.contact_id) for alias, home in all_aliases.items() if home in homes}
    links = {link: _home(home, command.contact_id) for link, home in all_links.items() if home in homes}
    customers = frozenset(link.customer_id for link in links)
    talks = _talks_of(customers, survivor)
    parted = [fact for each in met_as for fact in _part(command, *each, customers, talks, tuple(aliases))]
    told = tuple(HomedAlias(alias=alias, home_id=home) for alias, home in aliases.items())
    restored = ContactRestored(
        organisation_id=command.organisation_id,
        contact_id=command.contact_id,
        survivor_id=survivor_id,
        customers=tuple(sorted(customers)),
        conversations=talks,
        restored_by=command.by.user_id,
        restored_at=command.now,
        personal=RestoredAliases(aliases=told),
    )
    linked = link_customers(command.organisation_id, command.contact_id, contact, links, contact.owner_id, command.now)
    return [*parted, restored, *linked]


def _talks_of(customers: AbstractSet[CustomerId], survivor: Contact) -> tuple[MovedConversation, ...]:
    return tuple(
        MovedConversation(
            conversation_id=conversation_id,
            customer_id=talk.customer_id,
            phone_number_id=talk.phone_number_id,
            assignee=talk.assignee,
            state=talk.state,
        )
        for conversation_id, talk in survivor.talks.items()
        if talk.customer_id in customers and talk.customer_id is not None and talk.phone_number_id is not None
    )


def _part(
    command: UnmergeContact,
    from_id: ContactId,
    survivor: Contact,
    customers: AbstractSet[CustomerId],
    talks: Sequence[MovedConversation],
    aliases: tuple[Alias, ...],
) -> list[Event]:
    back = _given_back(command, from_id, survivor)
    reverted = tuple(name for fact in back if isinstance(fact, ContactFieldsEdited) for name in fact.fields)
    return [
        *back,
        ContactUnmerged(
            organisation_id=command.organisation_id,
            contact_id=from_id,
            unmerged_id=command.contact_id,
            customers=tuple(sorted(customers)),
            conversations=tuple(talk.conversation_id for talk in talks),
            fields=reverted,
            unmerged_by=command.by.user_id,
            unmerged_at=command.now,
            personal=Unmerged(aliases=aliases),
        ),
    ]


def _home(home_id: ContactId | None, contact_id: ContactId) -> ContactId | None:
    return None if home_id == contact_id else home_id


def _given_back(command: UnmergeContact, survivor_id: ContactId, survivor: Contact) -> list[Event]:
    """What was taken over and is still as it was taken."""
    taken = survivor.taken.get(command.contact_id)
    if taken is None:
        return []
    on = OnContact(organisation_id=command.organisation_id, contact_id=survivor_id, by=command.by, now=command.now)
    edits = tuple(
        FieldEdit(field=name, before=value, after=None)
        for name, value in taken.values.items()
        if survivor.values.get(name) == value
    )
    company = taken.company_id is not None and survivor.company_id == taken.company_id
    owner = taken.owner_id is not None and survivor.owner_id == taken.owner_id
    return [
        *_edited(on, edits),
        *(_company(on, survivor.company_id, None, "unmerged") if company else ()),
        *(_owner(on, survivor, None, "unmerged") if owner else ()),
    ]


def _edited(command: OnContact, edits: tuple[FieldEdit, ...]) -> list[Event]:
    if not edits:
        return []
    return [
        ContactFieldsEdited(
            organisation_id=command.organisation_id,
            contact_id=command.contact_id,
            fields=tuple(edit.field for edit in edits),
            edited_by=command.by.user_id,
            edited_at=command.now,
            personal=Edits(edits=edits),
        )
    ]


def _company(command: OnContact, before: CompanyId | None, after: CompanyId | None, why: str) -> list[Event]:
    return [
        ContactCompanyChosen(
            organisation_id=command.organisation_id,
            contact_id=command.contact_id,
            company_id=after,
            previous_id=before,
            why=why,
            chosen_by=command.by.user_id,
            chosen_at=command.now,
        )
    ]


def _owner(command: OnContact, contact: Contact, after: UserId | None, why: str) -> list[Event]:
    return [
        ContactOwnerChanged(
            organisation_id=command.organisation_id,
            contact_id=command.contact_id,
            owner_id=after,
            previous_id=contact.owner_id,
            why=why,
            changed_by=command.by.user_id,
            links=contact.links,
            changed_at=command.now,
        )
    ]
