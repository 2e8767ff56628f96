"""The business writes first, with a template."""

from __future__ import annotations

from dataclasses import dataclass

from recado_chassis.ports import Ids
from recado_chassis.work import Work
from recado_events.envelope import Cause
from recado_events.identity import Alias
from recado_events.ids import ConversationId, CustomerId, UserId
from recado_events.refusal import Refusal

from conversations.application.customers import Customers, place
from conversations.application.naming import Naming
from conversations.application.phone_books import PhoneBooks
from conversations.application.records import Records
from conversations.application.scene import Scene
from conversations.commands import PreviewTemplate, SendTemplate, Sighting, StartChat, WithSomebody
from conversations.domain import beginning, identity, requesting
from conversations.domain.contact import STRANGER, Contact
from conversations.domain.customer import NOBODY, Customer
from conversations.domain.foretold import Foretold, known_by
from conversations.domain.places import CustomerPlace
from conversations.domain.refusals import OutOfScope
from conversations.domain.rendering import Rendering, render
from conversations.domain.requesting import Terms
from conversations.domain.selling import PipelineRecord


@dataclass(frozen=True, slots=True)
class Somebody:
    """Whom a chat is with: a customer of the number, or somebody who is none yet."""

    at: CustomerPlace
    customer: Customer
    contact: Contact
    sighting: Sighting
    """Under which aliases they are found, or met."""
    record: PipelineRecord
    """That it is about."""
    changes: Foretold
    """Of their identity, told before they were met."""

    @property
    def aliases(self) -> tuple[Alias, ...]:
        return self.sighting.aliases

    @property
    def owner_id(self) -> UserId | None:
        return self.contact.owner_id or self.customer.owner_id


class Beginning:
    """One method a use case. Each may be repeated and then changes nothing."""

    def __init__(self, scene: Scene, ids: Ids) -> None:
        self._scene = scene
        self._records = Records(scene)
        self._naming = Naming(scene, self._records)
        self._phone_books = PhoneBooks(scene)
        self._customers = Customers(scene, ids)
        self._ids = ids

    def start_chat(self, work: Work, command: StartChat, cause: Cause) -> ConversationId:
        done = self._scene.message(work, command.message_id).conversation_id
        if done is not None:
            return done
        self._scene.team(work, command.organisation_id).check_may_change(command.by, command.by.user_id)
        who = self._somebody(work, command)
        terms = self._terms(work, command, who)
        talk = beginning.conversation_of(command, who.at, who.customer)
        assignee = beginning.check_may_start(command, who.customer, who.owner_id, terms)
        requesting.check(terms, command.organisation_id, command.by, assignee)
        content = self._rendered(work, command, who, terms).sendable()
        facts = beginning.start(command, who.at, who.customer, who.sighting, who.contact, terms, content)
        self._scene.record(work, facts, cause)
        self._customers.change(work, who.at, who.changes, cause)
        return talk["conversation_id"]

    def send_template(self, work: Work, command: SendTemplate, cause: Cause) -> None:
        scene, org = self._scene, command.organisation_id
        message = scene.message(work, command.message_id)
        if message.exists:
            return
        at = scene.place_of(work, org, command.conversation_id)
        customer = scene.customer(work, at["customer_id"])
        terms = self._records.terms(work, org, at["phone_number_id"], command.choice.template_id, customer)
        form = beginning.check_may_send(command, customer, terms)
        contact = self._records.contact_of(work, org, customer)
        record = self._naming.about(work, command, customer)
        values = {
            **self._records.values(work, org, contact, customer, command.by.user_id),
            **self._records.record_values(work, record, form.language),
        }
        content = render(form, values, command.choice.values).sendable()
        scene.record(work, beginning.send(command, at, customer, terms, content), cause)

    def preview(self, work: Work, command: PreviewTemplate) -> tuple[Rendering, Refusal | None]:
        """As it would be sent, and the first rule that would refuse it apart from its values. Raises OutOfScope for
        somebody else's customer: what is known of them is not shown (rule 15)."""
        self._scene.team(work, command.organisation_id).check_may_view(command.by, command.by.user_id)
        who = self._somebody(work, command)
        terms = self._terms(work, command, who)
        terms.template.known(command.organisation_id, terms.desk.waba_id)
        rendering = self._rendered(work, command, who, terms)
        try:
            assignee = beginning.check_may_start(command, who.customer, who.owner_id, terms)
            requesting.check(terms, command.organisation_id, command.by, assignee)
        except OutOfScope:
            raise
        except Refusal as refusal:
            return rendering, refusal
        return rendering, None

    def _terms(self, work: Work, command: WithSomebody, who: Somebody) -> Terms:
        org, number, template_id = command.organisation_id, command.phone_number_id, command.choice.template_id
        return self._records.terms(work, org, number, template_id, who.customer, who.aliases)

    def _rendered(self, work: Work, command: WithSomebody, who: Somebody, terms: Terms) -> Rendering:
        org = command.organisation_id
        form = terms.template.known(org, terms.desk.waba_id)
        called = who.customer.book_name or who.sighting.book_name
        known = who.customer._replace(aliases=who.customer.aliases or who.aliases, book_name=called)
        values = {
            **self._records.values(work, org, who.contact, known, command.by.user_id),
            **self._records.record_values(work, who.record, form.language),
        }
        return render(form, values, command.choice.values)

    def _somebody(self, work: Work, command: WithSomebody) -> Somebody:
        """Customers who are one contact are one person: who has a live conversation comes first, else the oldest."""
        scene, org, number = self._scene, command.organisation_id, command.phone_number_id
        named, record = self._naming.somebody(work, command)
        aliases = named.aliases if command.typed is None else (command.typed,)
        linked = [scene.survivor(work, link.customer_id) for link in named.links if link.phone_number_id == number]
        there = dict.fromkeys([*linked, *scene.owners(work, scene.alias_keys(org, number, aliases))])
        elsewhere = scene.owners(work, scene.person_keys(org, aliases))
        people = identity.survivor_first([scene.customer(work, each) for each in there])
        customer = people[0] if people else self._new(work, command, aliases)
        known = [customer, *(scene.customer(work, each) for each in elsewhere)]
        contacts = [named, *(self._records.contact_of(work, org, each) for each in known)]
        contact = next((each for each in contacts if each.organisation_id), STRANGER)
        at = place(org, number, customer.customer_id or CustomerId(self._ids.new()))
        changes = self._customers.foretold(work, org, number, aliases)
        known_as = Sighting(aliases=known_by(aliases, changes, command.now))
        sighting = self._phone_books.sighted(work, org, number, known_as, customer)
        return Somebody(at, customer, contact, sighting, record, changes)

    def _new(self, work: Work, command: WithSomebody, aliases: tuple[Alias, ...]) -> Customer:
        return NOBODY._replace(owner_id=self._customers.contact_owner(work, command.organisation_id, aliases))
