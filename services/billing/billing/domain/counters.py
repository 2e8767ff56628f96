"""Numbers and their accounts: the time zone in which a month ends, and how much of its allowances was used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from recado_events.event import Event
from recado_events.ids import OrganisationId, PhoneNumberId, WabaId

from billing.commands import NoteNumber
from billing.domain.private import ConversationCounted, NumberNoted, ServiceMessageCounted, TimeZoneNoted

MONTHS = 3
"""Counts of so many months are kept in memory; older ones no longer move."""


def number_stream(organisation_id: OrganisationId, phone_number_id: PhoneNumberId) -> str:
    return f"number-{organisation_id}-{phone_number_id}"


def account_stream(organisation_id: OrganisationId, waba_id: WabaId) -> str:
    return f"account-{organisation_id}-{waba_id}"


Counts = Mapping[str, int]
"""Month → how many."""


def _none() -> Counts:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Number:
    waba_id: WabaId | None = None
    country: str | None = None
    messages: Counts = field(default_factory=_none)


@dataclass(frozen=True, slots=True)
class Account:
    time_zone: str | None = None
    conversations: Counts = field(default_factory=_none)


def evolve_number(number: Number, event: Event) -> Number:
    match event:
        case NumberNoted():
            return replace(number, waba_id=event.waba_id, country=event.country)
        case ServiceMessageCounted():
            return replace(number, messages=_counted(number.messages, event.month))
    return number


def evolve_account(account: Account, event: Event) -> Account:
    match event:
        case TimeZoneNoted():
            return replace(account, time_zone=event.time_zone)
        case ConversationCounted():
            return replace(account, conversations=_counted(account.conversations, event.month))
    return account


def _counted(counts: Counts, month: str) -> Counts:
    counted = {**counts, month: counts.get(month, 0) + 1}
    return MappingProxyType({month: counted[month] for month in sorted(counted)[-MONTHS:]})


def note_number(command: NoteNumber, number: Number, account: Account) -> list[Event]:
    facts: list[Event] = []
    org, now = command.organisation_id, command.now
    if (number.waba_id, number.country) != (command.waba_id, command.country):
        facts.append(
            NumberNoted(
                organisation_id=org,
                phone_number_id=command.phone_number_id,
                waba_id=command.waba_id,
                country=command.country,
                noted_at=now,
            )
        )
    if account.time_zone != command.time_zone:
        zone = command.time_zone
        facts.append(TimeZoneNoted(organisation_id=org, waba_id=command.waba_id, time_zone=zone, noted_at=now))
    return facts
