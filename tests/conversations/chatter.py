"""Some weeks of a business as facts, made up at random, beside the plain truth of each conversation."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from conversations.domain.message import is_lost
from conversations.domain.noted import (
    ContactCompanyNoted,
    ContactNoted,
    ContactProfile,
    ContactStandingNoted,
    ContactSupersededNoted,
    PipelineRecordNoted,
    RecordContact,
    RecordName,
    RecordOwner,
    RecordPlace,
)
from conversations.domain.private import RejectionNoted
from recado_events import conversations as told
from recado_events.content import Media, OutgoingText, Text
from recado_events.crm import Link
from recado_events.event import Event
from recado_events.identity import Alias, Recipient
from recado_events.ids import (
    CompanyId,
    ContactId,
    ConversationId,
    CustomerId,
    MessageId,
    OrganisationId,
    PhoneNumberId,
    PipelineId,
    PipelineRecordId,
    StageId,
    UserId,
)

from tests.harness.on_memory import NOON, NUMBER, ORGANISATION

NAMES = ("João Pereira", "ÁUREA DIAS", "Zoë", "joana", "李雷", "Strauß", None)
WORDS = ("bom dia", "Preço?", "orçamento", "ORCAMENTO nº 45", "obrigado!", "entrega amanhã", "joao", "98765", "🙂")
NUMBERS = (NUMBER, PhoneNumberId("106540352242933"))
DAY = timedelta(days=1)


@dataclass
class Said:
    message_id: MessageId
    direction: str
    text: str | None
    position: int
    words: set[str] = field(default_factory=set)
    """Of what became of it."""
    revoked: bool = False


@dataclass
class Talk:
    conversation_id: ConversationId
    customer_id: CustomerId
    number: PhoneNumberId
    state: str
    opened_at: datetime
    last_at: datetime
    assignee: UserId | None = None
    said: list[Said] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        return any(each.direction == "out" and is_lost(each.words) for each in self.said)


@dataclass
class Sale:
    """A pipeline record."""

    stage_id: StageId
    owner_id: UserId
    contact_id: ContactId | None
    conversation_id: ConversationId | None


@dataclass
class Person:
    customer_id: CustomerId
    number: PhoneNumberId
    wa_id: str
    name: str | None
    username: str | None
    contact_id: ContactId | None = None
    """As whom they are met now."""
    home_id: ContactId | None = None
    """Where they go back when contacts are parted."""
    closes_at: datetime | None = None


class Chatter:
    """`events` in the order in which they happened; their positions are their places in it, from 1."""

    def __init__(self, random: Random, organisation: OrganisationId = ORGANISATION) -> None:
        self.random, self.organisation = random, organisation
        self.events: list[Event] = []
        self.users = [UserId(self._id()) for _ in range(3)]
        self.people: dict[CustomerId, Person] = {}
        self.talks: dict[ConversationId, Talk] = {}
        self.marks: dict[tuple[UserId, ConversationId], int] = {}
        self.companies = [CompanyId(self._id()) for _ in range(2)]
        self.stages = [StageId(self._id()) for _ in range(3)]
        self.sales: list[Sale] = []
        self.contact_names: dict[ContactId, str | None] = {}
        self.company_of: dict[ContactId, CompanyId | None] = {}
        self.survivors: dict[ContactId, ContactId] = {}

    def _id(self) -> UUID:
        return UUID(int=self.random.getrandbits(128))

    def _tell(self, event: Event) -> int:
        self.events.append(event)
        return len(self.events)

    # Facts -----------------------------------------------------------------------------------------------

    def meets(self) -> Person:
        choose, customer_id = self.random.choice, CustomerId(self._id())
        wa_id = f"55119{self.random.randrange(6 * 10**7, 10**8)}"
        person = Person(customer_id, choose(NUMBERS), wa_id, choose(NAMES), choose((None, "joca.ção")))
        who = told.Identity(
            aliases=(Alias(kind="wa_id", value=wa_id),), profile_name=person.name, username=person.username
        )
        self._tell(told.CustomerIdentified(**self._of(person), identified_at=NOON, personal=who))
        if choose((True, False)):
            self._links(person, choose(("João da Silva", None)))
        self.people[customer_id] = person
        return person

    def _links(self, person: Person, name: str | None) -> None:
        person.contact_id = person.home_id = ContactId(self._id())
        self.contact_names[person.contact_id] = name
        about: Any = {"organisation_id": self.organisation, "contact_id": person.contact_id, "noted_at": NOON}
        self._tell(ContactNoted(**about, personal=ContactProfile(values={"name": name})))
        link = Link(customer_id=person.customer_id, phone_number_id=person.number)
        self._tell(ContactStandingNoted(**about, links=(link,)))
        for company_id in self.random.choice(((), self.companies[:1], self.companies, (self.companies[1], None))):
            self.company_of[person.contact_id] = company_id
            self._tell(ContactCompanyNoted(**about, company_id=company_id))

    def merges(self) -> None:
        """Two contacts are met as one of them."""
        known = list(dict.fromkeys(each.contact_id for each in self.people.values() if each.contact_id))
        if len(known) < 2:
            return
        merged, survivor = self.random.sample(known, 2)
        self.survivors[merged] = survivor
        self._meets_as(merged, survivor)

    def parts(self) -> None:
        """One that was merged is met as itself again, and all that had been merged into it as it."""
        if self.survivors:
            merged = self.random.choice(list(self.survivors))
            del self.survivors[merged]
            self._meets_as(merged, None)

    def _meets_as(self, merged: ContactId, survivor: ContactId | None) -> None:
        at: Any = {"organisation_id": self.organisation, "noted_at": NOON}
        self._tell(ContactSupersededNoted(**at, contact_id=merged, survivor_id=survivor))
        for person in self.people.values():
            met_as = self.met_as(person.home_id)
            if met_as is not None and met_as != person.contact_id:
                person.contact_id = met_as
                link = Link(customer_id=person.customer_id, phone_number_id=person.number)
                self._tell(ContactStandingNoted(**at, contact_id=met_as, links=(link,)))

    def opens(self, person: Person, at: datetime) -> Talk:
        by = self.random.choice(("customer", "business"))
        state = "open" if by == "customer" else "awaiting_reply"
        talk = Talk(ConversationId(self._id()), person.customer_id, person.number, state, at, at)
        self._tell(told.ConversationOpened(**self._in(talk), initiated_by=by, opened_at=at))
        self.talks[talk.conversation_id] = talk
        return talk

    def assigns(self, talk: Talk, user_id: UserId) -> None:
        self._tell(told.ConversationAssigned(**self._in(talk), user_id=user_id, how="person", assigned_at=NOON))
        talk.assignee = user_id

    def sells(self, talk: Talk) -> None:
        choose, contact_id = self.random.choice, self.people[talk.customer_id].contact_id
        sale = Sale(choose(self.stages), choose(self.users), contact_id, choose((talk.conversation_id, None)))
        self.sales.append(sale)
        about: Any = {"organisation_id": self.organisation, "pipeline_record_id": PipelineRecordId(self._id())}
        self._tell(
            PipelineRecordNoted(
                **about,
                place=self._at(sale.stage_id),
                contact=RecordContact(contact_id=contact_id),
                owner=RecordOwner(owner_id=sale.owner_id),
                conversation_id=sale.conversation_id,
                noted_at=NOON,
                personal=RecordName(name="Bicycle"),
            )
        )
        if choose((True, False)):
            sale.stage_id = choose(self.stages)
            self._tell(PipelineRecordNoted(**about, place=self._at(sale.stage_id), noted_at=NOON, personal=None))
        if choose((True, False)):
            sale.contact_id, none = None, RecordContact(contact_id=None)
            self._tell(PipelineRecordNoted(**about, contact=none, noted_at=NOON, personal=None))

    def _at(self, stage_id: StageId) -> RecordPlace:
        return RecordPlace(pipeline_id=PipelineId(self.companies[0]), stage_id=stage_id)

    def writes(self, talk: Talk, at: datetime) -> Said:
        text = self.random.choice(WORDS)
        content = self.random.choice((Text(body=text), Media(kind="image", media_id="1", caption=text)))
        message_id = MessageId(self._id())
        position = self._tell(
            told.MessageReceived(
                **self._in(talk),
                message_id=message_id,
                kind=content.kind,
                occurred_at=at,
                received_at=at,
                personal=told.Received(wamid="wamid.x", content=content),
            )
        )
        said = Said(message_id, "in", text, position)
        talk.said.append(said)
        talk.last_at = max(talk.last_at, at)
        person = self.people[talk.customer_id]
        person.closes_at = at + DAY
        self._tell(
            told.ServiceWindowExtended(**self._of(person), message_id=message_id, extended_at=at, closes_at=at + DAY)
        )
        return said

    def answers(self, talk: Talk, at: datetime) -> Said:
        text, message_id = self.random.choice(WORDS), MessageId(self._id())
        position = self._tell(
            told.MessageReleased(
                **self._in(talk),
                message_id=message_id,
                kind="text",
                released_by=self.users[0],
                released_at=at,
                send_by=at,
                personal=told.Released(content=OutgoingText(body=text), recipient=Recipient(wa_id="1")),
            )
        )
        said = Said(message_id, "out", text, position)
        talk.said.append(said)
        talk.last_at = max(talk.last_at, at)
        for word in self.random.sample(("sent", "delivered", "failed", "rejected"), self.random.randrange(3)):
            self._becomes(talk, said, word, at)
        return said

    def _becomes(self, talk: Talk, said: Said, word: str, at: datetime) -> None:
        said.words.add(word)
        about = {**self._in(talk), "message_id": said.message_id}
        if word == "rejected":
            self._tell(RejectionNoted(**about, reason="graph", meta_code=1, rejected_at=at))
            return
        kinds = {"sent": told.MessageSent, "delivered": told.MessageDelivered, "failed": told.MessageFailed}
        self._tell(kinds[word](**about, joined_by="tag", occurred_at=at, received_at=at))

    def edits(self, talk: Talk, said: Said, at: datetime) -> None:
        said.text = self.random.choice(WORDS)
        edited = told.Edited(wamid="wamid.e", content=Text(body=said.text))
        self._tell(told.MessageEdited(**self._about(talk, said, at), personal=edited))

    def revokes(self, talk: Talk, said: Said, at: datetime) -> None:
        said.revoked = True
        self._tell(told.MessageRevoked(**self._about(talk, said, at), personal=None))

    def closes(self, talk: Talk) -> None:
        talk.state = "closed"
        self._tell(told.ConversationClosed(**self._in(talk), reason="person", closed_at=NOON))

    def reads(self, user_id: UserId, talk: Talk, said: Said) -> None:
        self._tell(told.ConversationRead(**self._in(talk), user_id=user_id, up_to_id=said.message_id, read_at=NOON))
        place = user_id, talk.conversation_id
        self.marks[place] = max(self.marks.get(place, 0), said.position)

    # The truth -------------------------------------------------------------------------------------------

    def met_as(self, contact_id: UUID | None) -> ContactId | None:
        found = None if contact_id is None else ContactId(contact_id)
        while found in self.survivors:
            found = self.survivors[found]
        return found

    def companies_of(self, person: Person) -> set[CompanyId | None]:
        """Of the contact they are, and of those that were merged into it."""
        return {company for contact, company in self.company_of.items() if self.met_as(contact) == person.contact_id}

    def contact_name(self, person: Person) -> str | None:
        return self.contact_names[person.contact_id] if person.contact_id else None

    def unread(self, user_id: UserId, talk: Talk) -> int:
        mark = self.marks.get((user_id, talk.conversation_id), 0)
        return sum(said.direction == "in" and said.position > mark for said in talk.said)

    # Words of events -------------------------------------------------------------------------------------

    def _of(self, person: Person) -> dict[str, Any]:
        return {
            "organisation_id": self.organisation, "phone_number_id": person.number, "customer_id": person.customer_id,
        }  # fmt: skip

    def _in(self, talk: Talk) -> dict[str, Any]:
        person = self.people[talk.customer_id]
        return {**self._of(person), "conversation_id": talk.conversation_id}

    def _about(self, talk: Talk, said: Said, at: datetime) -> dict[str, Any]:
        return {
            **self._in(talk),
            "message_id": MessageId(self._id()),
            "target_id": said.message_id,
            "occurred_at": at,
            "received_at": at,
        }


def weeks(seed: int, talks: int, organisation: OrganisationId = ORGANISATION) -> Chatter:
    """Up to NOON. Each conversation has its own pace; some were today, most are older."""
    random = Random(seed)
    chatter = Chatter(random, organisation)
    for _ in range(talks):
        known = list(chatter.people.values())
        person = random.choice(known) if known and random.random() < 0.3 else chatter.meets()
        at = NOON - random.choice((2 * DAY, DAY, 20 * DAY)) * random.random()
        talk = chatter.opens(person, at)
        if random.random() < 0.7:
            chatter.assigns(talk, random.choice(chatter.users))
        if random.random() < 0.4:
            chatter.sells(talk)
        if random.random() < 0.3:
            random.choice((chatter.merges, chatter.merges, chatter.parts))()
        for _ in range(random.randrange(6)):
            at += (NOON - at) * random.random() / 2
            _something(chatter, talk, at)
        if random.random() < 0.4:
            chatter.closes(talk)
    return chatter


def _something(chatter: Chatter, talk: Talk, at: datetime) -> None:
    random = chatter.random
    said = chatter.writes(talk, at) if random.random() < 0.6 else chatter.answers(talk, at)
    if said.direction == "in" and random.random() < 0.2:
        random.choice((chatter.edits, chatter.revokes))(talk, said, at)
    received = [each for each in talk.said if each.direction == "in"]
    if received and random.random() < 0.4:
        chatter.reads(random.choice(chatter.users), talk, random.choice(received))
    if random.random() < 0.2:
        chatter.assigns(talk, random.choice(chatter.users))
