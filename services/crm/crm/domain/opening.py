"""How pipeline records come to be: opened by people, or by the channel's rule for a conversation (rule 33)."""

from __future__ import annotations

from dataclasses import dataclass

from recado_events.crm import (
    PipelineRecordDetails,
    PipelineRecordOpened,
    PipelineRecordOwnerChanged,
)
from recado_events.event import Event
from recado_events.ids import ContactId, PipelineRecordId

from crm.commands import (
    AssignConversation,
    OnPipelineRecord,
    OpenPipelineRecord,
    StartConversation,
)
from crm.domain.company import Company
from crm.domain.contact import NAME, Contact
from crm.domain.money import check_amount
from crm.domain.pipeline_record import PipelineRecord
from crm.domain.refusals import UnknownPipelineRecord, UnknownRelation, UnknownStage, UnknownUser
from crm.domain.setup import Setup
from crm.domain.staff import Staff


@dataclass(frozen=True, slots=True)
class Related:
    """The contact and company that a record is to concern; None where none was named."""

    contact: Contact | None = None
    company: Company | None = None

    def check(self, command: OnPipelineRecord, staff: Staff) -> None:
        for name, each in (("contact_id", self.contact), ("company_id", self.company)):
            if each is None:
                continue
            if each.organisation_id != command.organisation_id or not staff.sees(command.by, each.owner_id):
                raise UnknownRelation(relation=name)


def open_record(
    command: OpenPipelineRecord, record: PipelineRecord, setup: Setup, related: Related, staff: Staff
) -> list[Event]:
    """Whoever opens it owns it, unless they give it to somebody."""
    owner_id = command.owner_id or command.by.user_id
    staff.check_may_change(command.by, command.by.user_id, UnknownPipelineRecord)
    if record.exists:
        return []
    related.check(command, staff)
    check_amount(command.amount)
    if command.owner_id is not None and not staff.serves(command.owner_id):
        raise UnknownUser(user_id=str(command.owner_id))
    place = setup.place(command.stage_id)
    if place is None:
        raise UnknownStage
    return [
        PipelineRecordOpened(
            organisation_id=command.organisation_id,
            pipeline_record_id=command.pipeline_record_id,
            origin="person",
            pipeline_id=place[0],
            stage_id=command.stage_id,
            contact_id=command.contact_id,
            company_id=command.company_id,
            conversation_id=command.conversation_id,
            message_id=command.message_id,
            amount=command.amount.minor if command.amount else None,
            currency=command.amount.currency if command.amount else None,
            owner_id=owner_id,
            opened_by=command.by.user_id,
            opened_at=command.now,
            personal=PipelineRecordDetails(name=command.name),
        )
    ]


def open_by_rule(
    command: StartConversation, record_id: PipelineRecordId, contact_id: ContactId, contact: Contact, setup: Setup
) -> list[Event]:
    """For a conversation that a customer begins, by the rule as it is then; named after the contact. Whose it is
    follows from whom the conversation is given to: the contact's owner may not be there any more."""
    place = setup.place(setup.rules_of(command.phone_number_id).stage_id)
    if place is None or command.initiated_by != "customer":
        return []
    pipeline_id, stage = place
    name = contact.values.get(NAME)
    return [
        PipelineRecordOpened(
            organisation_id=command.organisation_id,
            pipeline_record_id=record_id,
            origin="rule",
            pipeline_id=pipeline_id,
            stage_id=stage.stage_id,
            contact_id=contact_id,
            company_id=contact.company_id,
            conversation_id=command.conversation_id,
            opened_at=command.now,
            personal=PipelineRecordDetails(name=str(name or setup.pipelines[pipeline_id].name)),
        )
    ]


def assign_record(command: AssignConversation, record_id: PipelineRecordId, record: PipelineRecord) -> list[Event]:
    """One that was opened for a conversation of which nobody was the owner yet."""
    if not record.exists or record.owner_id is not None:
        return []
    return [
        PipelineRecordOwnerChanged(
            organisation_id=command.organisation_id,
            pipeline_record_id=record_id,
            owner_id=command.user_id,
            why="assigned",
            changed_at=command.now,
        )
    ]
