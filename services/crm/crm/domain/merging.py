"""Merge and un-merge of contacts by people (rule 13): history splits back by original alias."""

from __future__ import annotations

from recado_events.crm import (
    ContactCompanyChosen,
    ContactFieldsEdited,
    ContactMergedInto,
    ContactOwnerChanged,
    ContactsMerged,
    Edits,
    FieldEdit,
)
from recado_events.event import Event
from recado_events.ids import CompanyId, UserId

from crm.commands import MergeContacts, OnContact
from crm.domain.contact import Contact, Taken
from crm.domain.meeting import add_aliases, homed, link_customers
from crm.domain.record import check_contact
from crm.domain.refusals import ContactIsSuperseded, SameContact, UnknownContact
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
        *edited(command, edits),
        *(company_chosen(command, contact.company_id, taken.company_id, "merged") if taken.company_id else ()),
        *add_aliases(org, command.contact_id, contact, aliases, now),
        *(owner_changed(command, contact, taken.owner_id, "merged") if taken.owner_id else ()),
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


def edited(command: OnContact, edits: tuple[FieldEdit, ...]) -> list[Event]:
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


def company_chosen(command: OnContact, before: CompanyId | None, after: CompanyId | None, why: str) -> list[Event]:
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


def owner_changed(command: OnContact, contact: Contact, after: UserId | None, why: str) -> list[Event]:
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
