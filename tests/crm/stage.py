"""One organisation's contacts on a memory store: what conversations tells, what people do. Everything twice."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from crm.adapters.kafka import hears
from crm.application import Book, Listening, Recording, Registering, Selling, SettingUp
from crm.application.folds import FOLDS
from crm.commands import (
    AddNote,
    ChangeOwner,
    CreateCompany,
    CreateContact,
    CreatePipeline,
    EditFields,
    MergeContacts,
    OpenPipelineRecord,
    Person,
    SetRecordRules,
    UnmergeContact,
)
from crm.domain.contact import Contact
from crm.domain.private import PRIVATE
from recado_chassis.service import Heard
from recado_events import conversations as told
from recado_events.content import ContactCard, ContactCards
from recado_events.crm import PUBLISHED, ContactConversationStarted, ContactCreated
from recado_events.crm import Stage as StageForm
from recado_events.event import Event
from recado_events.identity import Alias
from recado_events.ids import (
    CompanyId,
    ContactId,
    ConversationId,
    CustomerId,
    MessageId,
    NoteId,
    OrganisationId,
    PhoneNumberId,
    PipelineId,
    PipelineRecordId,
    ProfileId,
    StageId,
    UserId,
)

from tests.harness.on_memory import (
    ADMINISTRATOR_ID,
    CAUSE,
    FINGERPRINTS,
    NUMBER,
    ORGANISATION,
    PROFILE,
    OnMemory,
    number,
    user_alias,
)

__all__ = ["ADMINISTRATOR", "NUMBER", "ORGANISATION", "OTHER_NUMBER", "PROFILE", "Stage", "number", "user_alias"]

ADMINISTRATOR = Person(ADMINISTRATOR_ID, "administrator")
OTHER_NUMBER = PhoneNumberId("106540352242933")
ANYBODY = number("5511987654321")


class Stage(OnMemory):
    def __init__(self) -> None:
        super().__init__((*PUBLISHED, *PRIVATE))
        book = Book(FINGERPRINTS)
        self.listening = Listening(book, self.ids)
        self.recording = Recording(book, self.ids)
        self.registering = Registering(book)
        self.setting_up = SettingUp(book)
        self.selling = Selling(book)
        (heard,) = hears(self.listening, book)
        self.reactions = heard.reactions

    # What conversations tells ----------------------------------------------------------------------------

    def hears(self, event: Event) -> list[Event]:
        """What crm records because of this event; heard a second time, nothing."""
        heard = Heard("recado.conversations.v1", 0, 0, event.TYPE, event.subject, event, CAUSE, None)
        return self.do(lambda work, _, __: self.reactions[event.TYPE].handle(work, heard), None)

    def identified(
        self,
        *aliases: Alias,
        name: str | None = "Sofia",
        username: str | None = None,
        at: PhoneNumberId = NUMBER,
        organisation: OrganisationId = ORGANISATION,
    ) -> CustomerId:
        customer_id = CustomerId(self.ids.new())
        who = told.Identity(aliases=aliases or (ANYBODY,), profile_name=name, username=username)
        place = self.place(customer_id, at, organisation)
        self.hears(told.CustomerIdentified(**place, identified_at=self.now, personal=who))
        return customer_id

    def also_known_as(self, customer_id: CustomerId, *aliases: Alias, at: PhoneNumberId = NUMBER) -> list[Event]:
        who = told.Identity(aliases=aliases)
        added = told.CustomerAliasesAdded(**self.place(customer_id, at), reason="seen", added_at=self.now, personal=who)
        return self.hears(added)

    def renamed(self, customer_id: CustomerId, name: str | None, username: str | None = None) -> list[Event]:
        who = told.Identity(aliases=(), profile_name=name, username=username)
        return self.hears(told.CustomerRenamed(**self.place(customer_id), renamed_at=self.now, personal=who))

    def merged(self, survivor_id: CustomerId, merged_id: CustomerId) -> list[Event]:
        return self.hears(
            told.CustomersMerged(**self.place(survivor_id), merged_id=merged_id, merged_at=self.now)
        ) + self.hears(told.CustomerMergedInto(**self.place(merged_id), survivor_id=survivor_id, merged_at=self.now))

    def opened(
        self, customer_id: CustomerId, at: PhoneNumberId = NUMBER, initiated_by: str = "customer"
    ) -> ConversationId:
        talk = ConversationId(self.ids.new())
        place = self.place(customer_id, at)
        opened = told.ConversationOpened(**place, conversation_id=talk, initiated_by=initiated_by, opened_at=self.now)
        self.hears(opened)
        return talk

    def assigned(
        self, customer_id: CustomerId, talk: ConversationId, to: UserId, at: PhoneNumberId = NUMBER
    ) -> list[Event]:
        place = self.place(customer_id, at)
        return self.hears(
            told.ConversationAssigned(**place, conversation_id=talk, user_id=to, how="rota", assigned_at=self.now)
        )

    def closed(self, customer_id: CustomerId, talk: ConversationId, reason: str = "person") -> list[Event]:
        place = self.place(customer_id)
        return self.hears(told.ConversationClosed(**place, conversation_id=talk, reason=reason, closed_at=self.now))

    def reopened(self, customer_id: CustomerId, talk: ConversationId) -> list[Event]:
        place = self.place(customer_id)
        return self.hears(told.ConversationReopened(**place, conversation_id=talk, reopened_at=self.now))

    def place(
        self, customer_id: CustomerId, at: PhoneNumberId = NUMBER, organisation: OrganisationId = ORGANISATION
    ) -> Any:
        return {"organisation_id": organisation, "phone_number_id": at, "customer_id": customer_id}

    def user(self, user_id: UserId | None = None, *, active: bool = True) -> UserId:
        found = user_id or UserId(uuid4())
        who: Any = {"organisation_id": ORGANISATION, "user_id": found}
        if active:
            self.hears(told.UserActivated(**who, activated_by=ADMINISTRATOR_ID, activated_at=self.now))
        else:
            self.hears(told.UserDeactivated(**who, deactivated_by=ADMINISTRATOR_ID, deactivated_at=self.now))
        return found

    def member(self, level: str = "view_reply", scope: str = "all", profile: ProfileId = PROFILE) -> Person:
        self.hears(
            told.ProfileGranted(
                organisation_id=ORGANISATION,
                profile_id=profile,
                level=level,
                scope=scope,
                granted_by=ADMINISTRATOR_ID,
                granted_at=self.now,
            )
        )
        return Person(self.user(), "member", profile)

    def withdrawn(self, profile: ProfileId = PROFILE) -> list[Event]:
        at: Any = {"organisation_id": ORGANISATION, "profile_id": profile}
        by: Any = {"withdrawn_by": ADMINISTRATOR_ID, "withdrawn_at": self.now}
        return self.hears(told.ProfileGrantWithdrawn(**at, **by))

    def shares_card(self, customer_id: CustomerId, talk: ConversationId, *companies: str | None) -> MessageId:
        """The customer shares contact cards of people who work for these companies."""
        message = MessageId(self.ids.new())
        cards = tuple(ContactCard(formatted_name="Rita", company=company) for company in companies)
        what = told.Received(wamid=f"wamid.{message}", content=ContactCards(cards=cards))
        place = {**self.place(customer_id), "conversation_id": talk, "message_id": message, "kind": "contacts"}
        self.hears(told.MessageReceived(**place, occurred_at=self.now, received_at=self.now, personal=what))
        return message

    # What people do ---------------------------------------------------------------------------------------

    def edits(self, contact_id: ContactId, by: Person = ADMINISTRATOR, **values: str | bool | None) -> list[Event]:
        return self.do(self.recording.edit_fields, EditFields(**self.on(contact_id, by), values=values))

    def creates(self, phone: str | None, by: Person = ADMINISTRATOR, **values: str | bool | None) -> ContactId:
        """A contact by hand, with this number."""
        contact_id = ContactId(self.ids.new())
        command = CreateContact(**self.on(contact_id, by), number=phone, values=values)
        self.do(self.recording.create_contact, command)
        return contact_id

    def gives(self, contact_id: ContactId, to: UserId, by: Person = ADMINISTRATOR) -> list[Event]:
        return self.do(self.recording.change_owner, ChangeOwner(**self.on(contact_id, by), owner_id=to))

    def merges(self, contact_id: ContactId, merged_id: ContactId, by: Person = ADMINISTRATOR) -> list[Event]:
        command = MergeContacts(**self.on(contact_id, by), merged_id=merged_id)
        return self.do(self.recording.merge_contacts, command)

    def unmerges(self, contact_id: ContactId, by: Person = ADMINISTRATOR) -> list[Event]:
        """Only once: the second time nobody has merged it."""
        before = self.store.end()
        command = UnmergeContact(**self.on(contact_id, by))
        self.streams.transact(lambda work: self.recording.unmerge_contact(work, command, CAUSE))
        return self.facts(after=before)

    def notes(
        self, contact_id: ContactId, text: str, message_id: MessageId | None = None, by: Person = ADMINISTRATOR
    ) -> list[Event]:
        command = AddNote(**self.on(contact_id, by), note_id=NoteId(uuid4()), text=text, message_id=message_id)
        return self.do(self.recording.add_note, command)

    def on(self, contact_id: ContactId, by: Person, organisation: OrganisationId = ORGANISATION) -> Any:
        return {"organisation_id": organisation, "contact_id": contact_id, "by": by, "now": self.now}

    def named(self, name: str, by: Person = ADMINISTRATOR) -> CompanyId:
        """A company that somebody makes."""
        company_id = CompanyId(self.ids.new())
        who: Any = {"organisation_id": ORGANISATION, "company_id": company_id, "by": by, "now": self.now}
        self.do(self.registering.create_company, CreateCompany(**who, name=name, values={}))
        return company_id

    def pipeline(self, *names: str, by: Person = ADMINISTRATOR) -> tuple[PipelineId, list[StageId]]:
        """One with these stages; the last is won."""
        stages = [
            StageForm(stage_id=StageId(self.ids.new()), name=name, outcome="won" if name == names[-1] else "open")
            for name in names
        ]
        pipeline_id = PipelineId(self.ids.new())
        command = CreatePipeline(**self.by(by), pipeline_id=pipeline_id, name="Sales", stages=tuple(stages))
        self.do(self.setting_up.create_pipeline, command)
        return pipeline_id, [each.stage_id for each in stages]

    def rules(self, *, company: bool = True, stage_id: StageId | None = None) -> list[Event]:
        command = SetRecordRules(**self.by(ADMINISTRATOR), phone_number_id=NUMBER, company=company, stage_id=stage_id)
        return self.do(self.setting_up.set_record_rules, command)

    def opens(self, stage_id: StageId, by: Person = ADMINISTRATOR, **more: Any) -> PipelineRecordId:
        record_id = PipelineRecordId(self.ids.new())
        command = OpenPipelineRecord(**self.record(record_id, by), stage_id=stage_id, **{"name": "Bicycle", **more})
        self.do(self.selling.open_record, command)
        return record_id

    def by(self, who: Person) -> Any:
        return {"organisation_id": ORGANISATION, "by": who, "now": self.now}

    def record(self, record_id: PipelineRecordId, by: Person = ADMINISTRATOR) -> Any:
        return {**self.by(by), "pipeline_record_id": record_id}

    # Then -------------------------------------------------------------------------------------------------

    def contacts(self) -> list[ContactId]:
        return [fact.contact_id for fact in self.facts(ContactCreated)]

    def contact(self, contact_id: ContactId) -> Contact:
        state: Contact = self.streams.read(f"contact-{contact_id}", FOLDS["contact"])
        return state

    def contact_of(self, customer_id: CustomerId, at: PhoneNumberId = NUMBER) -> ContactId:
        """Where a new conversation of this customer appears."""
        talk = self.opened(customer_id, at)
        (started,) = [f for f in self.facts(ContactConversationStarted) if f.conversation_id == talk]
        found: ContactId = started.contact_id
        return found
