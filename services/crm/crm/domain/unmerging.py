"""A merge taken back (rule 13): what is at home with the merged contact goes back to it."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from recado_events.crm import (
    ContactFieldsEdited,
    ContactRestored,
    ContactUnmerged,
    FieldEdit,
    HomedAlias,
    MovedConversation,
    RestoredAliases,
    Unmerged,
)
from recado_events.event import Event
from recado_events.identity import Alias
from recado_events.ids import ContactId, CustomerId

from crm.commands import OnContact, UnmergeContact
from crm.domain.contact import Contact
from crm.domain.meeting import homed, link_customers
from crm.domain.merging import company_chosen, edited, owner_changed
from crm.domain.refusals import NotMerged, UnknownContact
from crm.domain.staff import Staff


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
        *edited(on, edits),
        *(company_chosen(on, survivor.company_id, None, "unmerged") if company else ()),
        *(owner_changed(on, survivor, None, "unmerged") if owner else ()),
    ]
