"""A merge taken back (rule 13): what is at home with the merged contact goes back to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from recado_events.crm import (
    ContactFieldsEdited,
    ContactRestored,
    ContactUnmerged,
    FieldEdit,
    HomedAlias,
    MovedConversation,
    PipelineRecordRelated,
    RestoredAliases,
    Unmerged,
)
from recado_events.event import Event
from recado_events.identity import Alias
from recado_events.ids import ContactId, CustomerId, PipelineRecordId

from crm.commands import OnContact, UnmergeContact
from crm.domain.contact import Contact, Taken
from crm.domain.meeting import homed, link_customers
from crm.domain.merging import company_chosen, edited, owner_changed
from crm.domain.pipeline_record import PipelineRecord
from crm.domain.refusals import NotMerged, UnknownContact
from crm.domain.staff import Staff

NOTHING = Taken({}, None, None, named_by_person=False)


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
    talks = [_talks_of(customers, met) for _, met in met_as]
    takings = zip(met_as, talks, _came_from(command.contact_id, met_as), strict=True)
    parted = [
        fact for met, talk, taken in takings for fact in _part(command, met, customers, tuple(aliases), talk, taken)
    ]
    told = tuple(HomedAlias(alias=alias, home_id=home) for alias, home in aliases.items())
    restored = ContactRestored(
        organisation_id=command.organisation_id,
        contact_id=command.contact_id,
        survivor_id=survivor_id,
        customers=tuple(sorted(customers)),
        conversations=tuple(talk for each in talks for talk in each),
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
    met: tuple[ContactId, Contact],
    customers: AbstractSet[CustomerId],
    aliases: tuple[Alias, ...],
    talks: Sequence[MovedConversation],
    taken: Taken,
) -> list[Event]:
    from_id, _ = met
    back = _given_back(command, *met, taken)
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


def _came_from(contact_id: ContactId, met_as: Sequence[tuple[ContactId, Contact]]) -> list[Taken]:
    """What each of them took over that was the contact's: directly, or through the one before it."""
    found: list[Taken] = []
    before = contact_id
    for met_id, met in met_as:
        taken = met.taken.get(before, NOTHING)
        found.append(_of_both(found[-1], taken) if found else taken)
        before = met_id
    return found


def _of_both(first: Taken, then: Taken) -> Taken:
    values = {name: value for name, value in then.values.items() if first.values.get(name) == value}
    company_id = then.company_id if then.company_id == first.company_id else None
    owner_id = then.owner_id if then.owner_id == first.owner_id else None
    return Taken(values, company_id, owner_id, then.named_by_person)


def _given_back(command: UnmergeContact, survivor_id: ContactId, survivor: Contact, taken: Taken) -> list[Event]:
    """What was taken over and is still as it was taken."""
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


def records_back(
    command: UnmergeContact,
    contact: Contact,
    met_as: Mapping[ContactId, Contact],
    records: Mapping[PipelineRecordId, PipelineRecord],
) -> list[Event]:
    """`records` were opened by rule for the conversations that go back: so do they, with the contact's own company."""
    facts: list[Event] = []
    for record_id, record in records.items():
        met = met_as.get(record.contact_id) if record.contact_id is not None else None
        if met is None:
            continue
        related = PipelineRecordRelated(
            organisation_id=command.organisation_id,
            pipeline_record_id=record_id,
            contact_id=command.contact_id,
            company_id=contact.company_id if record.company_id == met.company_id else record.company_id,
            related_by=command.by.user_id,
            related_at=command.now,
        )
        facts.append(related)
    return facts
