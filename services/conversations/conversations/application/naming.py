"""Whom and what a chat is about, as people name it: a contact or a pipeline record that exists for who asks."""

from __future__ import annotations

from recado_chassis.work import Work
from recado_events.ids import OrganisationId, PipelineRecordId

from conversations.application.records import Records
from conversations.application.scene import Scene
from conversations.commands import Person, SendTemplate, WithSomebody
from conversations.domain.beginning_refusals import (
    PipelineRecordOfAnother,
    PipelineRecordWithoutContact,
    UnknownContact,
    UnknownPipelineRecord,
)
from conversations.domain.contact import STRANGER, Contact
from conversations.domain.customer import Customer
from conversations.domain.selling import NO_RECORD, PipelineRecord
from conversations.domain.team import OWN


class Naming:
    def __init__(self, scene: Scene, records: Records) -> None:
        self._scene = scene
        self._records = records

    def somebody(self, work: Work, command: WithSomebody) -> tuple[Contact, PipelineRecord]:
        """The contact, or whom it was merged into, and a stranger where a number was typed; the record, if it is
        about one."""
        record = self._record(work, command.organisation_id, command.by, command.pipeline_record_id)
        contact_id = record.contact_id or command.contact_id
        if contact_id is None and command.pipeline_record_id is not None:
            raise PipelineRecordWithoutContact
        if contact_id is None:
            return STRANGER, record
        contact = self._records.contact(work, contact_id)
        if not self._exists(work, command.organisation_id, command.by, contact):
            raise UnknownContact
        return self._records.met_as(work, contact), record

    def about(self, work: Work, command: SendTemplate, customer: Customer) -> PipelineRecord:
        """Nobody is told of what is another contact's."""
        org = command.organisation_id
        record = self._record(work, org, command.by, command.pipeline_record_id)
        if command.pipeline_record_id is None:
            return record
        if record.contact_id is None or not self._records.is_contact_of(work, org, record.contact_id, customer):
            raise PipelineRecordOfAnother
        return record

    def _record(
        self, work: Work, organisation_id: OrganisationId, by: Person, record_id: PipelineRecordId | None
    ) -> PipelineRecord:
        if record_id is None:
            return NO_RECORD
        record = self._records.pipeline_record(work, record_id)
        if not self._exists(work, organisation_id, by, record):
            raise UnknownPipelineRecord
        return record

    def _exists(self, work: Work, organisation_id: OrganisationId, by: Person, what: Contact | PipelineRecord) -> bool:
        """With scope `own` only one's own exist, as in crm."""
        grant = self._scene.team(work, organisation_id).grant_of(by)
        is_theirs = grant is not None and grant.scope == OWN and what.owner_id != by.user_id
        return what.organisation_id == organisation_id and not is_theirs
