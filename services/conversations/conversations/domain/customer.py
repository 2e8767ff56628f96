"""A customer: one person at one business number, their window, and their conversations, at most one of them open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple

from recado_events.conversations import (
    BlockRefused,
    ConversationAnswered,
    ConversationAssigned,
    ConversationClosed,
    ConversationOpened,
    ConversationRead,
    ConversationReopened,
    ConversationUnassigned,
    CustomerAliasesAdded,
    CustomerBlocked,
    CustomerIdentified,
    CustomerMergedInto,
    CustomerRenamed,
    CustomerUnblocked,
    Identity,
    MarketingResumed,
    MarketingStopped,
    ServiceWindowExtended,
    ServiceWindowOpened,
)
from recado_events.event import Event
from recado_events.identity import Alias, Recipient
from recado_events.ids import ConversationId, CustomerId, MessageId, PhoneNumberId, UserId

from conversations.domain.private import ActivityNoted, ContactOwnerNoted, FreeEntryNoted

OPEN, AWAITING_REPLY, CLOSED = "open", "awaiting_reply", "closed"
WINDOW = timedelta(hours=24)
CHANGES = ("user_changed_number", "user_changed_user_id")


@dataclass(frozen=True, slots=True)
class Conversation:
    state: str
    opened_at: datetime
    assignee: UserId | None = None
    read_up_to: Mapping[UserId, MessageId] = field(default_factory=lambda: MappingProxyType({}))
    noted_at: datetime | None = None
    """When it was last said that somebody writes, or that it is open again."""
    closed_at: datetime | None = None
    closed_as: str | None = None

    @property
    def active_at(self) -> datetime:
        return self.opened_at if self.noted_at is None else max(self.opened_at, self.noted_at)


class Customer(NamedTuple):
    customer_id: CustomerId | None = None
    """None: nobody is known under this stream."""
    phone_number_id: PhoneNumberId | None = None
    aliases: tuple[Alias, ...] = ()
    """In the order in which they were told last."""
    profile_name: str | None = None
    username: str | None = None
    country_code: str | None = None
    book_name: str | None = None
    """What the business's phone calls them."""
    window_closes_at: datetime | None = None
    window_message_id: MessageId | None = None
    free_until: datetime | None = None
    """Since an answer to somebody who came from an ad (rule 9)."""
    conversations: Mapping[ConversationId, Conversation] = MappingProxyType({})
    last_id: ConversationId | None = None
    owner_id: UserId | None = None
    """The contact's owner as crm told it."""
    marketing_stopped: bool = False
    marketing_told_at: datetime | None = None
    """When the customer last changed that, by Meta's clock."""
    changed_at: datetime | None = None
    """When their number or user id changed last, by Meta's clock."""
    merged_into: CustomerId | None = None
    is_blocked: bool = False
    block_told_at: datetime | None = None

    @property
    def called(self) -> str | None:
        return self.profile_name or self.book_name

    @property
    def live_id(self) -> ConversationId | None:
        """The conversation that is open or awaits a reply, if there is one."""
        return next((key for key, talk in self.conversations.items() if talk.state != CLOSED), None)

    def may_be_written_to(self, now: datetime) -> bool:
        """Whether free-form messages are allowed (rule 1)."""
        return self.window_closes_at is not None and now < self.window_closes_at

    def wrote_later_than(self, moment: datetime) -> bool:
        """By Meta's clock, as far as messages count that opened or extended the window."""
        return self.window_closes_at is not None and moment + WINDOW < self.window_closes_at

    def is_known_later_than(self, moment: datetime) -> bool:
        """By Meta's clock: they wrote since, or said under what they do."""
        return self.wrote_later_than(moment) or (self.changed_at is not None and moment < self.changed_at)

    def recipient(self) -> Recipient | None:
        """The number they wrote from last wins; without one, the business-scoped user id they wrote under last."""
        newest = newest_of(self.aliases)
        if "wa_id" in newest:
            return Recipient(wa_id=newest["wa_id"].value)
        return Recipient(user_id=newest["user_id"].value) if "user_id" in newest else None


def newest_of(aliases: Iterable[Alias]) -> dict[str, Alias]:
    """The last one of each kind."""
    return {alias.kind: alias for alias in aliases}


NOBODY = Customer()


def evolve(customer: Customer, event: Event) -> Customer:
    match event:
        case ServiceWindowOpened() | ServiceWindowExtended():
            return customer._replace(window_closes_at=event.closes_at, window_message_id=event.message_id)
        case CustomerIdentified():
            met = customer._replace(customer_id=event.customer_id, phone_number_id=event.phone_number_id)
            return _known_as(met, event.personal)
        case CustomerAliasesAdded() | CustomerRenamed():
            return _changed_as(_known_as(customer, event.personal), event)
        case CustomerMergedInto():
            return customer._replace(merged_into=event.survivor_id)
        case MarketingStopped():
            return customer._replace(marketing_stopped=True, marketing_told_at=event.stopped_at)
        case MarketingResumed():
            return customer._replace(marketing_stopped=False, marketing_told_at=event.resumed_at)
        case CustomerBlocked() | CustomerUnblocked():
            return customer._replace(is_blocked=isinstance(event, CustomerBlocked), block_told_at=event.happened_at)
        case BlockRefused():
            return customer._replace(is_blocked=not event.blocked)
        case ContactOwnerNoted():
            return customer._replace(owner_id=event.owner_id)
        case FreeEntryNoted():
            return customer._replace(free_until=event.free_until)
        case ConversationOpened():
            state = OPEN if event.initiated_by == "customer" else AWAITING_REPLY
            opened = Conversation(state, event.opened_at)
            return _with(customer, event.conversation_id, opened)._replace(last_id=event.conversation_id)
    return _evolve_conversation(customer, event)


def _evolve_conversation(customer: Customer, event: Event) -> Customer:
    match event:
        case ConversationAssigned():
            return _changed(customer, event.conversation_id, assignee=event.user_id)
        case ConversationUnassigned():
            return _changed(customer, event.conversation_id, assignee=None)
        case ConversationAnswered():
            return _changed(customer, event.conversation_id, state=OPEN)
        case ConversationReopened():
            return _changed(customer, event.conversation_id, state=OPEN, noted_at=event.reopened_at)
        case ActivityNoted():
            return _changed(customer, event.conversation_id, noted_at=event.noted_at)
        case ConversationClosed():
            ended = {"closed_at": event.closed_at, "closed_as": event.reason}
            return _changed(customer, event.conversation_id, state=CLOSED, **ended)
        case ConversationRead():
            talk = customer.conversations.get(event.conversation_id)
            if talk is None:
                return customer
            marks = MappingProxyType({**talk.read_up_to, event.user_id: event.up_to_id})
            return _changed(customer, event.conversation_id, read_up_to=marks)
    return customer


def _known_as(customer: Customer, identity: Identity | None) -> Customer:
    if identity is None:
        return customer
    told = tuple(dict.fromkeys(identity.aliases))
    return customer._replace(
        aliases=(*(alias for alias in customer.aliases if alias not in told), *told),
        profile_name=identity.profile_name or customer.profile_name,
        username=identity.username or customer.username,
        country_code=identity.country_code or customer.country_code,
        book_name=identity.book_name or customer.book_name,
    )


def _changed_as(customer: Customer, event: CustomerAliasesAdded | CustomerRenamed) -> Customer:
    if not isinstance(event, CustomerAliasesAdded) or event.reason not in CHANGES:
        return customer
    return customer._replace(changed_at=max(customer.changed_at or event.added_at, event.added_at))


def _with(customer: Customer, conversation_id: ConversationId, talk: Conversation) -> Customer:
    return customer._replace(conversations=MappingProxyType({**customer.conversations, conversation_id: talk}))


def _changed(customer: Customer, conversation_id: ConversationId, **changes: Any) -> Customer:
    talk = customer.conversations.get(conversation_id)
    return customer if talk is None else _with(customer, conversation_id, replace(talk, **changes))
