"""What crm does when conversations told something."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from recado_chassis.ports import Ids
from recado_chassis.work import Work
from recado_events.crm import ContactConversationAssigned
from recado_events.envelope import Cause
from recado_events.event import Event
from recado_events.ids import CompanyId, ContactId, PipelineRecordId

from crm.application.book import Book
from crm.commands import (
    AssignConversation,
    CloseConversation,
    MeetCustomer,
    MergeCustomers,
    NameCompany,
    NoteGrant,
    NoteUser,
    OnConversation,
    OnCustomer,
    ReopenConversation,
    StartConversation,
    UnassignConversation,
)
from crm.domain import meeting, opening, staff, talks
from crm.domain.belonging import Naming, name_company
from crm.domain.contact import Contact

C = TypeVar("C", bound=OnConversation)
Decide = Callable[[C, ContactId, Contact], list[Event]]


class Listening:
    """One method a fact; each may be repeated and then changes nothing."""

    def __init__(self, book: Book, ids: Ids) -> None:
        self._book = book
        self._ids = ids

    def meet_customer(self, work: Work, command: MeetCustomer, cause: Cause) -> None:
        """All contacts that the customer and the aliases name are one person: the customer's own, else the oldest."""
        book, org = self._book, command.organisation_id
        own = book.contact_of(work, org, command.customer_id)
        named = book.named(work, org, command.aliases)
        contact_id = own or min(named, default=None) or ContactId(self._ids.new())
        for other_id in sorted({*named} - {contact_id}):
            self._supersede(work, command, contact_id, other_id, cause)
        self._meet(work, command, contact_id, cause)

    def merge_customers(self, work: Work, command: MergeCustomers, cause: Cause) -> None:
        """Both customers are one contact: the one of the customer who stays, if there is one."""
        book, org = self._book, command.organisation_id
        own = book.contact_of(work, org, command.customer_id)
        others = book.contact_of(work, org, command.merged_id)
        contact_id = own or others or ContactId(self._ids.new())
        if others is not None and others != contact_id:
            self._supersede(work, command, contact_id, others, cause)
        for customer_id in (command.customer_id, command.merged_id):
            met = MeetCustomer(
                organisation_id=org,
                phone_number_id=command.phone_number_id,
                customer_id=customer_id,
                now=command.now,
            )
            self._meet(work, met, contact_id, cause)

    def start_conversation(self, work: Work, command: StartConversation, cause: Cause) -> None:
        if self._on_conversation(work, command, talks.start_conversation, cause):
            self._open_record(work, command, cause)

    def assign_conversation(self, work: Work, command: AssignConversation, cause: Cause) -> None:
        book, org = self._book, command.organisation_id
        facts = self._on_conversation(work, command, talks.assign_conversation, cause)
        began = book.contact_with(work, org, command.conversation_id)
        if began is not None and any(isinstance(fact, ContactConversationAssigned) for fact in facts):
            met = book.survivor(work, began)
            book.record(work, talks.own_contact(command, met, book.contact(work, met)), cause)
        record_id = book.record_of(work, org, command.conversation_id)
        if record_id is not None:
            record = book.pipeline_record(work, record_id)
            book.record(work, opening.assign_record(command, record_id, record), cause)

    def unassign_conversation(self, work: Work, command: UnassignConversation, cause: Cause) -> None:
        self._on_conversation(work, command, talks.unassign_conversation, cause)

    def close_conversation(self, work: Work, command: CloseConversation, cause: Cause) -> None:
        self._on_conversation(work, command, talks.close_conversation, cause)

    def reopen_conversation(self, work: Work, command: ReopenConversation, cause: Cause) -> None:
        self._on_conversation(work, command, talks.reopen_conversation, cause)

    def name_company(self, work: Work, command: NameCompany, cause: Cause) -> None:
        """By the channel's rule: once a conversation, and only for a contact of whom no company is known (rule 33)."""
        book, org = self._book, command.organisation_id
        self._on_conversation(work, command, talks.start_conversation, cause)
        began = book.contact_with(work, org, command.conversation_id) or self._met(work, command, cause)
        contact_id = book.survivor(work, began)
        contact = book.contact(work, contact_id)
        talk = book.contact(work, began).talks.get(command.conversation_id)
        already = contact.company_id is not None or (talk is not None and talk.named_company)
        if already or not book.setup(work, org).rules_of(command.phone_number_id).company:
            return
        found = book.company_named(work, org, command.company)
        naming = Naming(
            organisation_id=org,
            contact_id=contact_id,
            company_id=found or CompanyId(self._ids.new()),
            is_new=found is None,
            name=command.company,
            why="card",
            now=command.now,
            conversation_id=command.conversation_id,
            message_id=command.message_id,
        )
        book.record(work, name_company(naming, contact), cause)

    def note_user(self, work: Work, command: NoteUser, cause: Cause) -> None:
        known = self._book.staff(work, command.organisation_id)
        self._book.record(work, staff.note_user(command, known), cause)

    def note_grant(self, work: Work, command: NoteGrant, cause: Cause) -> None:
        known = self._book.staff(work, command.organisation_id)
        self._book.record(work, staff.note_grant(command, known), cause)

    def _open_record(self, work: Work, command: StartConversation, cause: Cause) -> None:
        """By the channel's rule, once a conversation (rule 33)."""
        book, org = self._book, command.organisation_id
        setup = book.setup(work, org)
        contact_id = book.contact_with(work, org, command.conversation_id)
        if contact_id is None or setup.rules_of(command.phone_number_id).stage_id is None:
            return
        contact, record_id = book.contact(work, contact_id), PipelineRecordId(self._ids.new())
        facts = opening.open_by_rule(command, record_id, contact_id, contact, setup)
        book.record(work, facts, cause)

    def _on_conversation(self, work: Work, command: C, decide: Decide[C], cause: Cause) -> list[Event]:
        known = self._book.contact_with(work, command.organisation_id, command.conversation_id)
        contact_id = known or self._met(work, command, cause)
        contact = self._book.contact(work, contact_id)
        facts = decide(command, contact_id, contact)
        self._book.record(work, facts, cause)
        return facts

    def _met(self, work: Work, command: OnCustomer, cause: Cause) -> ContactId:
        """Whose first facts crm never heard (it was started later, or they were discarded) is met without aliases and
        name: nothing of the rest is lost, and what is told later completes it."""
        org = command.organisation_id
        known = self._book.contact_of(work, org, command.customer_id)
        if known is not None:
            return known
        contact_id = ContactId(self._ids.new())
        met = MeetCustomer(
            organisation_id=org,
            phone_number_id=command.phone_number_id,
            customer_id=command.customer_id,
            now=command.now,
        )
        self._meet(work, met, contact_id, cause)
        return contact_id

    def _meet(self, work: Work, command: MeetCustomer, contact_id: ContactId, cause: Cause) -> None:
        """What WhatsApp calls a customer of a contact that people merged is that contact's name."""
        book = self._book
        home_id = book.home_of(work, (command.organisation_id, command.customer_id), command.aliases, contact_id)
        home = None if home_id is None else book.contact(work, home_id)
        if home_id is not None and home is not None and home.merged:
            book.record(work, meeting.name(command, home_id, home), cause)
            command = replace(command, name=None)
        facts = meeting.meet_customer(command, contact_id, book.contact(work, contact_id), home_id)
        book.record(work, facts, cause)
        own_id = home_id or contact_id
        book.record(work, meeting.username(command, own_id, book.contact(work, own_id)), cause)

    def _supersede(
        self, work: Work, command: OnCustomer, contact_id: ContactId, other_id: ContactId, cause: Cause
    ) -> None:
        survivor, other = self._book.contact(work, contact_id), self._book.contact(work, other_id)
        self._book.record(work, meeting.supersede(command, contact_id, survivor, other_id, other), cause)
