"""A customer has one conversation open at a time, and it has one owner."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from recado_chassis.verifying.figures import Figure, none_of, told
from recado_events.conversations import (
    ConversationClosed,
    ConversationOpened,
    ConversationQueued,
    ConversationReopened,
    CustomerIdentified,
    CustomerMergedInto,
    OfConversation,
    RotaTurnTaken,
)
from recado_events.ids import ConversationId, CustomerId

from conversations.adapters.postgres.verifying.facts import Facts


def figures(of: str, facts: Facts) -> Iterator[Figure]:
    """At every moment of the log, not only at its end."""
    live: defaultdict[CustomerId, set[ConversationId]] = defaultdict(set)
    opened: set[ConversationId] = set()
    crowded, reopened_twice = set(), set()
    for event in facts.of(ConversationOpened, ConversationReopened, ConversationClosed):
        talks = live[event.customer_id]
        if isinstance(event, ConversationClosed):
            talks.discard(event.conversation_id)
            continue
        if isinstance(event, ConversationOpened) and event.conversation_id in opened:
            reopened_twice.add(event.conversation_id)
        opened.add(event.conversation_id)
        talks.add(event.conversation_id)
        if len(talks) > 1:
            crowded.add(event.customer_id)
    merged = [event.customer_id for event in facts.of(CustomerMergedInto) if live[event.customer_id]]
    told_of = {event.conversation_id for event in facts.of(OfConversation)}
    told_of |= {event.conversation_id for event in facts.of(RotaTurnTaken)}
    told_of |= {event.conversation_id for event in facts.of(ConversationQueued)}
    yield told(of, "customers", sum(1 for _ in facts.of(CustomerIdentified)))
    yield told(of, "conversations", len(opened))
    yield none_of(of, "customers with two conversations open", crowded)
    yield none_of(of, "customers found to be another, with a conversation open", merged)
    yield none_of(of, "conversations opened twice", reopened_twice)
    yield none_of(of, "conversations told of that were never opened", told_of - opened)
