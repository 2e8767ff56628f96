"""What was written before a number came here stays apart from what is live: it is imported, and that is all."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from psycopg import Connection
from recado_chassis.verifying.evidence import Json
from recado_chassis.verifying.figures import Figure, none_of, told
from recado_events.conversations import (
    ConversationOpened,
    MessageEchoed,
    MessageEdited,
    MessageReceived,
    MessageRevoked,
    PastMessageImported,
    ReactionReceived,
    ServiceWindowExtended,
    ServiceWindowOpened,
)
from recado_events.ids import ConversationId, MessageId, PhoneNumberId

from conversations.adapters.postgres.verifying.facts import Facts, elements

_ARRIVED = (MessageReceived, ReactionReceived, MessageEdited, MessageRevoked, MessageEchoed)
_PARKED = "SELECT value FROM parked"


def figures(of: str, facts: Facts) -> Iterator[Figure]:
    kinds: defaultdict[str, set[bool]] = defaultdict(set)
    for fact in facts.all:
        if fact.cause is not None:
            kinds[fact.cause].add(isinstance(fact.event, PastMessageImported))
    yield told(of, "messages of the past", len({event.message_id for event in facts.of(PastMessageImported)}))
    mixed = [cause for cause, found in kinds.items() if len(found) > 1]
    yield none_of(of, "updates of the past that did more than to be imported", mixed)
    yield none_of(of, "windows that no message of a customer opened", _unfounded(facts))
    yield none_of(of, "conversations that customers opened without a message", _wordless(facts))


def lost(of: str, connection: Connection[Any], facts: Facts, taken: Sequence[Json]) -> Figure:
    """What was acknowledged stands there, or waits for a person."""
    served = facts.served()
    parked = {wamid for (value,) in connection.execute(_PARKED) for wamid in _in_record(value)}
    there = {event.personal.wamid.rstrip("=") for event in facts.of(PastMessageImported) if event.personal}
    told_of = dict.fromkeys(wamid for number, wamid in _in_bodies(taken) if number in served)
    missing = [place for place, wamid in enumerate(told_of, start=1) if wamid not in there | parked]
    named = (f"message {place} of {len(told_of)}" for place in missing)
    return none_of(of, "acknowledged messages of the past lost", named)


def _unfounded(facts: Facts) -> list[MessageId]:
    said = {event.message_id for event in facts.of(MessageReceived, ReactionReceived)}
    opened = [event.message_id for event in facts.of(ServiceWindowOpened)]
    opened += [event.message_id for event in facts.of(ServiceWindowExtended)]
    return [message for message in opened if message not in said]


def _wordless(facts: Facts) -> list[ConversationId]:
    spoken = {event.conversation_id for event in facts.of(*_ARRIVED)}
    opened = (event for event in facts.of(ConversationOpened) if event.initiated_by == "customer")
    return [event.conversation_id for event in opened if event.conversation_id not in spoken]


def _in_bodies(bodies: Sequence[Json]) -> Iterator[tuple[PhoneNumberId, str]]:
    for name in ("history", "messages"):
        yield from ((number, wamid) for number, update in elements(bodies, "history", name) for wamid in _in(update))


def _in_record(value: bytes | None) -> list[str]:
    try:
        return list(_in(json.loads(value or b"")["update"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return []


def _in(update: Json) -> Iterator[str]:
    """Of a chunk those of its threads, of a file that comes later its own."""
    threads = update.get("threads")
    for message in [update] if threads is None else [each for thread in threads for each in thread["messages"]]:
        if message.get("id"):
            yield message["id"].rstrip("=")
