"""The company a contact belongs to: chosen by people, typed on the contact, or named by a shared card (rule 33)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from recado_events.crm import (
    CompanyCreated,
    CompanyDetails,
    ContactCompanyChosen,
    ContactFieldsEdited,
    Edits,
    FieldEdit,
)
from recado_events.event import Event
from recado_events.ids import CompanyId, ContactId, ConversationId, MessageId, OrganisationId, UserId

from crm.commands import ChooseCompany
from crm.domain.company import Company
from crm.domain.contact import COMPANY, NAME, Contact
from crm.domain.record import check_contact
from crm.domain.refusals import UnknownRelation
from crm.domain.staff import Staff


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """How a company came to be named. Its owner, if it is new, is the contact's."""

    organisation_id: OrganisationId
    contact_id: ContactId
    company_id: CompanyId
    is_new: bool
    name: str
    why: str
    """typed, card or import."""
    now: datetime
    by: UserId | None = None
    conversation_id: ConversationId | None = None
    message_id: MessageId | None = None


def name_company(naming: Naming, contact: Contact) -> list[Event]:
    """The company of that name, made if there is none, is the contact's from now on."""
    facts: list[Event] = []
    if naming.is_new:
        facts.append(
            CompanyCreated(
                organisation_id=naming.organisation_id,
                company_id=naming.company_id,
                origin=naming.why,
                contact_id=naming.contact_id,
                conversation_id=naming.conversation_id,
                message_id=naming.message_id,
                owner_id=contact.owner_id,
                created_by=naming.by,
                created_at=naming.now,
                personal=CompanyDetails(name=naming.name),
            )
        )
    if contact.company_id != naming.company_id:
        facts.append(
            ContactCompanyChosen(
                organisation_id=naming.organisation_id,
                contact_id=naming.contact_id,
                company_id=naming.company_id,
                previous_id=contact.company_id,
                why=naming.why,
                conversation_id=naming.conversation_id,
                message_id=naming.message_id,
                chosen_by=naming.by,
                chosen_at=naming.now,
            )
        )
    return [*facts, *_written(naming.organisation_id, naming.contact_id, contact, naming.name, naming.by, naming.now)]


def choose_company(command: ChooseCompany, contact: Contact, company: Company | None, staff: Staff) -> list[Event]:
    """None: it belongs to none any more."""
    check_contact(command, contact, staff)
    org = command.organisation_id
    if company is not None and (company.organisation_id != org or not staff.sees(command.by, company.owner_id)):
        raise UnknownRelation(relation="company_id")
    if contact.company_id == command.company_id:
        return []
    chosen = ContactCompanyChosen(
        organisation_id=org,
        contact_id=command.contact_id,
        company_id=command.company_id,
        previous_id=contact.company_id,
        why="person",
        chosen_by=command.by.user_id,
        chosen_at=command.now,
    )
    name = company.values.get(NAME) if company else None
    return [chosen, *_written(org, command.contact_id, contact, name, command.by.user_id, command.now)]


def _written(
    organisation_id: OrganisationId,
    contact_id: ContactId,
    contact: Contact,
    name: str | None,
    by: UserId | None,
    now: datetime,
) -> list[Event]:
    """The contact's field says the same, for whoever reads fields alone."""
    before = contact.values.get(COMPANY)
    if before == name:
        return []
    return [
        ContactFieldsEdited(
            organisation_id=organisation_id,
            contact_id=contact_id,
            fields=(COMPANY,),
            edited_by=by,
            edited_at=now,
            personal=Edits(edits=(FieldEdit(field=COMPANY, before=before, after=name),)),
        )
    ]
