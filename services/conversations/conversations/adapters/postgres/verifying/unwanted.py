"""What must not be sent: anything to whom the business has blocked, marketing to who wants none (rule 38)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from recado_chassis.verifying.figures import Figure, none_of, told
from recado_events.conversations import (
    BlockRefused,
    CustomerAliasesAdded,
    CustomerBlocked,
    CustomerIdentified,
    CustomerMergedInto,
    CustomerUnblocked,
    MarketingResumed,
    MarketingStopped,
    MessageReleased,
    OfCustomer,
    ReadReceiptReleased,
)
from recado_events.event import Event
from recado_events.identity import spellings
from recado_events.ids import CustomerId, MessageId, OrganisationId, PhoneNumberId, WabaId

from conversations.adapters.postgres.verifying.facts import Facts
from conversations.domain.noted import ContactStandingNoted
from conversations.domain.private import ChannelNoted
from conversations.domain.template import MARKETING

Wish = tuple[datetime, bool]
"""When it was told by Meta's clock, and whether marketing is to stop: of two at the same time the stop counts."""
Place = tuple[OrganisationId, PhoneNumberId]


def figures(of: str, facts: Facts) -> Iterator[Figure]:
    yield told(of, "times that a customer was blocked", sum(1 for _ in facts.of(CustomerBlocked)))
    yield none_of(of, "messages released to customers who were blocked", _to_blocked(facts))
    yield told(of, "times that a customer wanted no marketing", sum(1 for _ in facts.of(MarketingStopped)))
    yield none_of(of, "marketing messages released to customers who want none", _to_unwilling(facts))


def _to_blocked(facts: Facts) -> list[MessageId]:
    blocked: set[CustomerId] = set()
    survivors: dict[CustomerId, CustomerId] = {}
    found = []
    for event in facts.of(OfCustomer):
        match event:
            case CustomerBlocked():
                blocked.add(event.customer_id)
            case CustomerUnblocked() | BlockRefused(blocked=True):
                blocked.discard(event.customer_id)
            case BlockRefused():
                blocked.add(event.customer_id)
            case CustomerMergedInto():
                survivors[event.customer_id] = event.survivor_id
            case MessageReleased() | ReadReceiptReleased() if _met_as(event.customer_id, survivors) in blocked:
                found.append(event.message_id)
    return found


def _met_as(customer: CustomerId, survivors: dict[CustomerId, CustomerId]) -> CustomerId:
    while customer in survivors:
        customer = survivors[customer]
    return customer


def _to_unwilling(facts: Facts) -> list[MessageId]:
    people = _People()
    found = []
    for _, event, _ in facts.all:
        people.hear(event)
        if isinstance(event, MessageReleased) and _is_marketing(event) and people.want_none(event.customer_id):
            found.append(event.message_id)
    return found


def _is_marketing(message: MessageReleased) -> bool:
    return message.template is not None and message.template.category.upper() == MARKETING


@dataclass(slots=True)
class _People:
    """Who goes by one name at Meta is one person at all numbers of an account, and so are the customers of one contact.

    Contacts are merged and parted: whoever was ever one with this customer may have wanted marketing for both.
    """

    wishes: dict[CustomerId, Wish] = field(default_factory=dict)
    places: dict[CustomerId, Place] = field(default_factory=dict)
    accounts: dict[Place, WabaId] = field(default_factory=dict)
    names: defaultdict[CustomerId, set[str]] = field(default_factory=lambda: defaultdict(set))
    named: defaultdict[str, set[CustomerId]] = field(default_factory=lambda: defaultdict(set))
    contacts: defaultdict[CustomerId, set[str]] = field(default_factory=lambda: defaultdict(set))
    linked: defaultdict[str, set[CustomerId]] = field(default_factory=lambda: defaultdict(set))

    def hear(self, event: Event) -> None:
        match event:
            case MarketingStopped():
                self.wishes[event.customer_id] = event.stopped_at, True
            case MarketingResumed():
                self.wishes[event.customer_id] = event.resumed_at, False
            case ChannelNoted() if event.waba_id is not None:
                self.accounts[event.organisation_id, event.phone_number_id] = event.waba_id
            case CustomerIdentified() | CustomerAliasesAdded():
                self._know(event)
            case ContactStandingNoted():
                for link in event.links:
                    self.contacts[link.customer_id].add(event.stream)
                    self.linked[event.stream].add(link.customer_id)

    def want_none(self, customer: CustomerId) -> bool:
        same = {customer} | {each for name in self.names[customer] for each in self.named[name]}
        same = {each for each in same if self._account_of(each) == self._account_of(customer)}
        newest = max(self._wishes_of(same), default=None)
        if newest is None or not newest[1]:
            return False
        contacts = {contact for each in same for contact in self.contacts[each]}
        others = {each for contact in contacts for each in self.linked[contact]}
        return not any(wish > newest and not wish[1] for wish in self._wishes_of(others))

    def _know(self, event: CustomerIdentified | CustomerAliasesAdded) -> None:
        self.places[event.customer_id] = event.organisation_id, event.phone_number_id
        for spelling in spellings(event.personal.aliases if event.personal else ()):
            name = " ".join((str(event.organisation_id), *spelling))
            self.names[event.customer_id].add(name)
            self.named[name].add(event.customer_id)

    def _account_of(self, customer: CustomerId) -> WabaId | None:
        place = self.places.get(customer)
        return None if place is None else self.accounts.get(place)

    def _wishes_of(self, customers: Iterable[CustomerId]) -> Iterator[Wish]:
        return (self.wishes[each] for each in customers if each in self.wishes)
