"""The figures of crm for `recado verify`: one person, one contact; one conversation, one automatic record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from psycopg import Connection
from recado_chassis.mapper import Mapper
from recado_chassis.verifying.evidence import Evidence, Json
from recado_chassis.verifying.figures import Figure, none_of, told
from recado_chassis.verifying.logs import recorded, repeated_effects
from recado_events.crm import (
    PUBLISHED,
    ContactAliasesAdded,
    ContactConversationStarted,
    ContactCreated,
    ContactLinked,
    ContactMergedInto,
    ContactRestored,
    ContactSuperseded,
    ContactUnmerged,
    OfContact,
)
from recado_events.event import Event
from recado_events.identity import Alias
from recado_events.ids import ContactId, ConversationId, CustomerId

from crm.adapters.postgres.verifying import merges, records
from crm.domain.private import PRIVATE
from crm.settings import Settings

CRM = "crm"
_FOUND = "SELECT value, owner FROM unique_rows WHERE kind = 'customer'"
_MET = "SELECT scope, value, owner FROM unique_rows WHERE kind = 'alias'"


def figures(connection: Connection[Any], evidence: Evidence) -> Iterator[Figure]:
    events = [each.event for each in recorded(connection, Mapper((*PUBLISHED, *PRIVATE)))]
    survivors = _survivors(events)
    linked = _linked(events, survivors)
    alive = {event.contact_id for event in events if isinstance(event, ContactCreated)} - survivors.keys()
    yield told(CRM, "contacts", len(alive))
    yield none_of(CRM, "customers linked to more than one contact", (c for c, ids in linked.items() if len(ids) > 1))
    yield none_of(CRM, "customers that are not found under their contact", _lost(connection, linked, survivors))
    yield none_of(CRM, "conversations of more than one contact", _shared(events))
    yield from records.figures(CRM, events)
    met_as = {(scope, value): owner for scope, value, owner in connection.execute(_MET)}
    yield from merges.figures(CRM, events, met_as, Settings.from_environment().fingerprints())
    met = {contact for ids in linked.values() for contact in ids} & alive
    if evidence.taken is not None:
        yield none_of(CRM, "people who wrote and are not exactly one contact", _people(events, evidence.taken, met))
    twice = repeated_effects(connection)
    yield none_of(CRM, "records that took effect in more than one transaction", twice)


def _survivors(events: Sequence[Event]) -> dict[ContactId, ContactId]:
    """Who is met as whom now."""
    found: dict[ContactId, ContactId] = {}
    for event in events:
        if isinstance(event, ContactSuperseded | ContactMergedInto):
            found[event.contact_id] = event.survivor_id
        elif isinstance(event, ContactRestored):
            found.pop(event.contact_id, None)
    return found


def _survivor(contact: ContactId, survivors: Mapping[ContactId, ContactId]) -> ContactId:
    while contact in survivors:
        contact = survivors[contact]
    return contact


def _linked(
    events: Sequence[Event], survivors: Mapping[ContactId, ContactId]
) -> defaultdict[CustomerId, set[ContactId]]:
    """Un-merging takes a customer from one contact and links it to another."""
    linked: defaultdict[CustomerId, set[ContactId]] = defaultdict(set)
    for event in events:
        if isinstance(event, ContactLinked):
            linked[event.customer_id].add(event.contact_id)
        elif isinstance(event, ContactUnmerged):
            for customer in event.customers:
                linked[customer].discard(event.contact_id)
    return defaultdict(set, {c: {_survivor(contact, survivors) for contact in ids} for c, ids in linked.items()})


def _lost(
    connection: Connection[Any],
    linked: Mapping[CustomerId, set[ContactId]],
    survivors: Mapping[ContactId, ContactId],
) -> list[CustomerId]:
    rows: dict[str, str] = dict(connection.execute(_FOUND).fetchall())
    known = {str(contact): contact for ids in linked.values() for contact in ids} | {
        str(contact): _survivor(contact, survivors) for contact in survivors
    }
    return [customer for customer, ids in linked.items() if known.get(rows.get(str(customer), "")) not in ids]


def _shared(events: Sequence[Event]) -> list[ConversationId]:
    contacts: defaultdict[ConversationId, list[ContactId]] = defaultdict(list)
    for event in events:
        if isinstance(event, ContactConversationStarted):
            contacts[event.conversation_id].append(event.contact_id)
    return [talk for talk, found in contacts.items() if len(found) > 1]


def _people(events: Sequence[Event], taken: Sequence[Json], met: set[ContactId]) -> list[str]:
    """Of the numbers that are served here, named by their place: a telephone number is somebody's data. `met` are the
    contacts of customers: one that somebody only typed is a suggestion, not a second person."""
    contacts: defaultdict[str, set[ContactId]] = defaultdict(set)
    for event in events:
        if isinstance(event, ContactUnmerged):
            for lost in event.personal.aliases if event.personal else ():
                contacts[lost.value].discard(event.contact_id)
        for alias in _aliases(event):
            if alias.kind == "wa_id" and isinstance(event, OfContact) and event.contact_id in met:
                contacts[alias.value].add(event.contact_id)
    served = {event.phone_number_id for event in events if isinstance(event, ContactLinked)}
    wrote = dict.fromkeys(_writers(taken, served))
    return [f"person {place} of {len(wrote)}" for place, who in enumerate(wrote, start=1) if len(contacts[who]) != 1]


def _aliases(event: Event) -> Sequence[Alias]:
    if isinstance(event, ContactCreated | ContactAliasesAdded) and event.personal:
        return event.personal.aliases
    if isinstance(event, ContactRestored) and event.personal:
        return [each.alias for each in event.personal.aliases]
    return ()


def _writers(taken: Sequence[Json], served: set[Any]) -> Iterator[str]:
    for body in taken:
        for entry in body.get("entry", ()):
            for change in entry.get("changes", ()):
                value = change["value"]
                if change["field"] == "messages" and value.get("metadata", {}).get("phone_number_id") in served:
                    yield from (m["from"] for m in value.get("messages", ()) if m.get("from") and m["type"] != "system")
