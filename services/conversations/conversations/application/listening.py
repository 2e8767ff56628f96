"""What the other services told of what template messages are made of, and what billing answers to them."""

from __future__ import annotations

from recado_chassis.work import Work
from recado_events.envelope import Cause

from conversations.application.customers import place
from conversations.application.records import Records
from conversations.application.scene import Scene
from conversations.commands import (
    ExpireRequest,
    NoteCompany,
    NoteContact,
    NoteContactCompany,
    NoteContactParted,
    NoteContactStanding,
    NoteContactSuperseded,
    NoteFreeEntry,
    NoteOrganisation,
    NotePipeline,
    NotePipelineRecord,
    NoteReservation,
    NoteTemplate,
)
from conversations.domain import company, contact, free_entry, organisation, requesting, selling, template


class Listening:
    """One method a fact; each may be repeated and then changes nothing."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._records = Records(scene)

    def note_template(self, work: Work, command: NoteTemplate, cause: Cause) -> None:
        known = self._records.template(work, command.template_id)
        self._scene.record(work, template.note_template(command, known), cause)

    def note_contact(self, work: Work, command: NoteContact, cause: Cause) -> None:
        known = self._records.contact(work, command.contact_id)
        self._scene.record(work, contact.note_contact(command, known), cause)

    def note_contact_standing(self, work: Work, command: NoteContactStanding, cause: Cause) -> None:
        """A customer is one contact at a time, the last one told: whose they were before, they are not any more."""
        known = self._records.contact(work, command.contact_id)
        moved = self._records.links_elsewhere(work, command.organisation_id, command.contact_id, command.links)
        facts = [
            fact for each in moved for fact in contact.note_moved(command, each, self._records.contact(work, each))
        ]
        self._scene.record(work, [*facts, *contact.note_standing(command, known)], cause)

    def note_contact_company(self, work: Work, command: NoteContactCompany, cause: Cause) -> None:
        known = self._records.contact(work, command.contact_id)
        self._scene.record(work, contact.note_company(command, known), cause)

    def note_company(self, work: Work, command: NoteCompany, cause: Cause) -> None:
        known = self._records.company(work, command.company_id)
        self._scene.record(work, company.note_company(command, known), cause)

    def note_contact_superseded(self, work: Work, command: NoteContactSuperseded, cause: Cause) -> None:
        known = self._records.contact(work, command.contact_id)
        into = command.survivor_id
        survivor = contact.STRANGER if into is None else self._records.contact(work, into)
        self._scene.record(work, contact.note_superseded(command, known, survivor), cause)

    def note_contact_parted(self, work: Work, command: NoteContactParted, cause: Cause) -> None:
        known = self._records.contact(work, command.contact_id)
        self._scene.record(work, contact.note_parted(command, known), cause)

    def note_pipeline(self, work: Work, command: NotePipeline, cause: Cause) -> None:
        known = self._records.pipeline(work, command.pipeline_id)
        self._scene.record(work, selling.note_pipeline(command, known), cause)

    def note_pipeline_record(self, work: Work, command: NotePipelineRecord, cause: Cause) -> None:
        known = self._records.pipeline_record(work, command.pipeline_record_id)
        self._scene.record(work, selling.note_record(command, known), cause)

    def note_organisation(self, work: Work, command: NoteOrganisation, cause: Cause) -> None:
        team = self._scene.team(work, command.organisation_id)
        self._scene.record(work, organisation.note_organisation(command, team.organisation), cause)

    def note_free_entry(self, work: Work, command: NoteFreeEntry, cause: Cause) -> None:
        whose = self._scene.survivor(work, command.customer_id)
        at, known = place(command.organisation_id, command.phone_number_id, whose), self._scene.customer(work, whose)
        self._scene.record(work, free_entry.note_free_entry(command.free_until, known, at, command.now), cause)

    def note_reservation(self, work: Work, command: NoteReservation, cause: Cause) -> None:
        """The request is decided once more, on what is known now."""
        scene = self._scene
        message = scene.message(work, command.message_id)
        asked = message.request
        if asked is None:
            return
        talk = scene.customer(work, asked.customer_id).conversations.get(asked.conversation_id)
        customer = scene.customer(work, scene.survivor(work, asked.customer_id))
        terms = self._records.terms(
            work, asked.organisation_id, asked.phone_number_id, asked.template.template_id, customer
        )
        facts = requesting.settle(command, message, terms, talk.assignee if talk else None)
        scene.record(work, facts, cause)

    def expire_request(self, work: Work, command: ExpireRequest, cause: Cause) -> None:
        self._scene.record(work, requesting.expire(command, self._scene.message(work, command.message_id)), cause)
