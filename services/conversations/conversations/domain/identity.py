"""Who a customer is: seen, named, known by more aliases, found to be somebody already known (rules 10 to 12)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from recado_events.conversations import (
    ConversationClosed,
    CustomerAliasesAdded,
    CustomerBlocked,
    CustomerIdentified,
    CustomerMergedInto,
    CustomerRenamed,
    CustomersMerged,
    Identity,
    MarketingResumed,
    MarketingStopped,
    ServiceWindowExtended,
)
from recado_events.event import Event
from recado_events.identity import Alias

from conversations.commands import ChangeIdentity, SetMarketing, Sighting
from conversations.domain.assignment import leave_queue
from conversations.domain.customer import Customer, newest_of
from conversations.domain.desk import Desk
from conversations.domain.free_entry import note_free_entry
from conversations.domain.places import CustomerPlace, in_conversation
from conversations.domain.private import ContactOwnerNoted


def identify(
    sighting: Sighting, customer: Customer, place: CustomerPlace, now: datetime, *, is_latest: bool = False
) -> list[Event]:
    """A new customer, or what is new about a known one; nothing where all of it is known.

    `is_latest`: nothing later is known to come from the customer, so what they are called here is what they go by.
    """
    if customer.customer_id is None:
        identity = Identity(
            aliases=sighting.aliases,
            profile_name=sighting.profile_name,
            username=sighting.username,
            country_code=sighting.country_code,
            book_name=sighting.book_name,
        )
        facts: list[Event] = [CustomerIdentified(**place, identified_at=now, personal=identity)]
        if customer.owner_id is not None:
            facts.append(ContactOwnerNoted(**place, owner_id=customer.owner_id, noted_at=now))
        return facts
    added = _new(sighting.aliases, customer)
    known = newest_of((*customer.aliases, *added))
    goes_by = newest_of(sighting.aliases if is_latest else customer.aliases)
    again = tuple(alias for kind, alias in goes_by.items() if known[kind] != alias)
    return _added((*added, *again), place, "seen", now) + _rename(sighting, customer, place, now)


def change(command: ChangeIdentity, customer: Customer, place: CustomerPlace) -> list[Event]:
    """Both old and new are theirs from here on; what is new is what they go by, unless later news says otherwise."""
    added, at = _new((*command.old, *command.new), customer), command.occurred_at
    if customer.is_known_later_than(at):
        goes_by, displaced = newest_of(customer.aliases), newest_of(added)
        return _added((*added, *(goes_by[kind] for kind in goes_by if kind in displaced)), place, command.reason, at)
    if at == customer.changed_at and not added:
        return []
    again = tuple(alias for alias in newest_of(command.new).values() if alias not in added)
    return _added((*added, *again), place, command.reason, at)


def add_aliases(
    aliases: Sequence[Alias], customer: Customer, place: CustomerPlace, reason: str, now: datetime
) -> list[Event]:
    return _added(_new(aliases, customer), place, reason, now)


def _new(aliases: Sequence[Alias], customer: Customer) -> tuple[Alias, ...]:
    return tuple(alias for alias in aliases if alias not in customer.aliases)


def _added(aliases: tuple[Alias, ...], place: CustomerPlace, reason: str, now: datetime) -> list[Event]:
    """One that is already known is told again to become the newest of its kind."""
    if not aliases:
        return []
    return [CustomerAliasesAdded(**place, reason=reason, added_at=now, personal=Identity(aliases=aliases))]


def _rename(sighting: Sighting, customer: Customer, place: CustomerPlace, now: datetime) -> list[Event]:
    name = sighting.profile_name or customer.profile_name
    told = (name, sighting.username or customer.username, sighting.book_name or customer.book_name)
    if told == (customer.profile_name, customer.username, customer.book_name):
        return []
    identity = Identity(aliases=(), profile_name=told[0], username=told[1], book_name=told[2])
    return [CustomerRenamed(**place, renamed_at=now, personal=identity)]


def set_marketing(command: SetMarketing, customer: Customer, place: CustomerPlace) -> list[Event]:
    """The newest wish counts, in whatever order Meta tells them, of two at the same time the one for none: one that
    repeats the last is noted with its time, as is the first, for an older one may come after it."""
    facts = identify(command.sighting, customer, place, command.now)
    told_at, wish = customer.marketing_told_at, (command.occurred_at, not command.wanted)
    if told_at is not None and wish <= (told_at, customer.marketing_stopped):
        return facts
    if command.wanted:
        return [*facts, MarketingResumed(**place, evidence=command.evidence, resumed_at=command.occurred_at)]
    return [*facts, MarketingStopped(**place, evidence=command.evidence, stopped_at=command.occurred_at)]


def survivor_first(customers: Sequence[Customer]) -> list[Customer]:
    """Of customers found to be one person: who has the older open conversation stays, else the older customer."""

    def age(customer: Customer) -> tuple[bool, float, str]:
        live = customer.live_id
        opened = customer.conversations[live].opened_at.timestamp() if live else 0.0
        return live is None, opened, str(customer.customer_id)

    return sorted(customers, key=age)


def merge(survivor: Customer, merged: Customer, place: CustomerPlace, desk: Desk, now: datetime) -> list[Event]:
    """`place` is the survivor's. The newer open conversation closes as `merged`; both histories stay where they are."""
    if merged.customer_id is None or merged.merged_into is not None:
        return []
    away = CustomerPlace(
        organisation_id=place["organisation_id"],
        phone_number_id=place["phone_number_id"],
        customer_id=merged.customer_id,
    )
    facts: list[Event] = [CustomersMerged(**place, merged_id=merged.customer_id, merged_at=now)]
    facts += add_aliases(merged.aliases, survivor, place, "merged", now)
    facts += _carry_wish(survivor, merged, place)
    facts += note_free_entry(merged.free_until, survivor, place, now)
    if merged.is_blocked and not survivor.is_blocked:
        facts.append(CustomerBlocked(**place, evidence="merged", blocked_at=now))
    if merged.window_closes_at and merged.window_message_id and merged.window_closes_at > _window_end(survivor, now):
        facts.append(
            ServiceWindowExtended(
                **place, message_id=merged.window_message_id, extended_at=now, closes_at=merged.window_closes_at
            )
        )
    if merged.live_id is not None:
        talk = in_conversation(away, merged.live_id)
        facts += leave_queue(desk, talk, "merged", now)
        facts.append(ConversationClosed(**talk, reason="merged", closed_at=now))
    facts.append(CustomerMergedInto(**away, survivor_id=place["customer_id"], merged_at=now))
    return facts


def _carry_wish(survivor: Customer, merged: Customer, place: CustomerPlace) -> list[Event]:
    """Of two wishes about marketing the newest counts; of two at the same time, the one for none (rule 38)."""
    told_at, before = merged.marketing_told_at, survivor.marketing_told_at
    if told_at is None:
        return []
    if before is not None and (before, survivor.marketing_stopped) >= (told_at, merged.marketing_stopped):
        return []
    if merged.marketing_stopped:
        return [MarketingStopped(**place, evidence="merged", stopped_at=told_at)]
    return [MarketingResumed(**place, evidence="merged", resumed_at=told_at)]


def _window_end(customer: Customer, now: datetime) -> datetime:
    return max(customer.window_closes_at or now, now)
