"""The business writes first: it opens a conversation that awaits a reply, or goes on in the one that is live (S15,
rule 4)."""

from __future__ import annotations

from functools import reduce
from uuid import uuid5

from recado_events.content import OutgoingTemplate
from recado_events.conversations import ConversationAssigned, ConversationOpened, Released
from recado_events.crm import Link
from recado_events.event import Event
from recado_events.ids import ConversationId, UserId
from recado_events.templates import TemplateForm

from conversations.commands import NoteContactStanding, SendTemplate, Sighting, StartChat, WithSomebody
from conversations.domain.assignment import assign_new
from conversations.domain.contact import Contact, note_standing
from conversations.domain.customer import CLOSED, Customer, evolve
from conversations.domain.identity import identify
from conversations.domain.places import ConversationPlace, CustomerPlace, in_conversation
from conversations.domain.refusals import ConversationIsClosed, NoRecipient, OutOfScope
from conversations.domain.requesting import Terms, check, request
from conversations.domain.silence import note_activity
from conversations.domain.talk import talk_of
from conversations.domain.team import OWN


def conversation_of(command: StartChat, place: CustomerPlace, customer: Customer) -> ConversationPlace:
    """The live conversation, else a new one, whose id is derived from the message that opens it."""
    return in_conversation(
        place, customer.live_id or ConversationId(uuid5(place["customer_id"], str(command.message_id)))
    )


def check_may_start(command: WithSomebody, customer: Customer, owner_id: UserId | None, terms: Terms) -> UserId | None:
    """Whose conversation it is. With scope `own` nobody writes to somebody else's contact (rule 15)."""
    if customer.live_id is not None:
        return customer.conversations[customer.live_id].assignee
    me, grant = command.by.user_id, terms.team.grant_of(command.by)
    if grant is not None and grant.scope == OWN and owner_id not in (None, me):
        raise OutOfScope
    return me


def start(
    command: StartChat,
    place: CustomerPlace,
    customer: Customer,
    sighting: Sighting,
    contact: Contact,
    terms: Terms,
    content: OutgoingTemplate,
) -> list[Event]:
    """All that follows from one message that begins a chat; it was checked, and rendered."""
    facts: list[Event] = []
    if customer.customer_id is None:
        facts += identify(sighting, customer, place, command.now)
        facts += _link(command, place, contact)
    known = reduce(evolve, facts, customer)
    talk = conversation_of(command, place, customer)
    if customer.live_id is None:
        facts += _open(command, talk, customer, terms)
    else:
        facts += note_activity(talk, customer.conversations[customer.live_id].active_at, terms.desk, command.now)
    return [*facts, *request(command, talk, terms.template, _to(known, content))]


def _link(command: StartChat, place: CustomerPlace, contact: Contact) -> list[Event]:
    """Until crm has told which contact the new customer is, it is the one that was picked."""
    if command.typed is not None or contact.contact_id is None:
        return []
    link = Link(customer_id=place["customer_id"], phone_number_id=place["phone_number_id"])
    noted = NoteContactStanding(
        organisation_id=command.organisation_id,
        contact_id=contact.contact_id,
        owner_id=contact.owner_id,
        links=(link,),
        now=command.now,
    )
    return note_standing(noted, contact)


def _to(customer: Customer, content: OutgoingTemplate) -> Released:
    recipient = customer.recipient()
    if recipient is None:
        raise NoRecipient
    return Released(content=content, recipient=recipient)


def _open(command: StartChat, talk: ConversationPlace, customer: Customer, terms: Terms) -> list[Event]:
    """Who starts it owns it; where they may not own any, it gets its owner as others do."""
    me = command.by.user_id
    opened = ConversationOpened(**talk, initiated_by="business", previous_id=customer.last_id, opened_at=command.now)
    if terms.team.ineligible(me) is not None:
        return [opened, *assign_new(talk, customer.owner_id, terms.desk, terms.team, command.now)]
    assigned = ConversationAssigned(**talk, user_id=me, how="person", assigned_by=me, assigned_at=command.now)
    return [opened, assigned]


def check_may_send(command: SendTemplate, customer: Customer, terms: Terms) -> TemplateForm:
    """Inside the window or outside: a template is what restarts an expired one (S16)."""
    talk = talk_of(command, customer)
    form = check(terms, command.organisation_id, command.by, talk.assignee)
    if talk.state == CLOSED:
        raise ConversationIsClosed
    return form


def send(
    command: SendTemplate,
    place: ConversationPlace,
    customer: Customer,
    terms: Terms,
    content: OutgoingTemplate,
) -> list[Event]:
    asked = request(command, place, terms.template, _to(customer, content))
    return [*asked, *note_activity(place, talk_of(command, customer).active_at, terms.desk, command.now)]
