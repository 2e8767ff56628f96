"""What was released to customers: only inside its window, and each message came to an end that is noted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from recado_chassis.verifying.evidence import Evidence
from recado_chassis.verifying.figures import Figure, none_of, told
from recado_events.conversations import (
    BlockReleased,
    MessageReleased,
    MessageRequested,
    OfCustomer,
    ReadReceiptReleased,
    ServiceWindowExtended,
    ServiceWindowOpened,
)
from recado_events.ids import CustomerId, MessageId

from conversations.adapters.postgres.verifying.facts import Facts
from conversations.domain.private import AcceptanceNoted, RejectionNoted, UncertaintyNoted, WamidBound

LATEST = timedelta(seconds=150)
"""From a message's deadline to the moment when the gateway's word about it must have come."""


def figures(of: str, facts: Facts, evidence: Evidence) -> Iterator[Figure]:
    yield none_of(of, "free-form messages released outside their window", _outside(facts))
    if evidence.sends is not None:
        late = (each["sequence"] for each in evidence.sends if each["type"] != "template" and not each["in_window"])
        yield none_of(of, "free-form messages that reached Meta outside their window", late)
    released = {event.message_id: event.send_by for event in facts.of(MessageReleased)}
    released |= {event.message_id: event.send_by for event in facts.of(ReadReceiptReleased)}
    released |= {event.message_id: event.send_by for event in facts.of(BlockReleased)}
    ended = {event.message_id for event in facts.of(AcceptanceNoted, RejectionNoted, UncertaintyNoted)}
    overdue = [each for each, send_by in released.items() if each not in ended and facts.now > send_by + LATEST]
    yield told(of, "messages released", len(released))
    yield told(of, "messages released without an end yet", len(released.keys() - ended))
    yield none_of(of, "messages released without an end past their deadline", overdue)
    yield none_of(of, "accepted messages that their wamid does not lead to", _unbound(facts))
    if evidence.answered is not None:
        known = {str(message) for message in released} | {str(e.message_id) for e in facts.of(MessageRequested)}
        yield none_of(
            of, "answered commands whose message is not there", (e for e in evidence.answered if e not in known)
        )


def _outside(facts: Facts) -> list[MessageId]:
    closes: dict[CustomerId, datetime] = {}
    outside = []
    for event in facts.of(OfCustomer):
        match event:
            case ServiceWindowOpened() | ServiceWindowExtended():
                closes[event.customer_id] = event.closes_at
            case MessageReleased() if event.template is None:
                until = closes.get(event.customer_id)
                if until is None or event.released_at >= until or event.send_by > until:
                    outside.append(event.message_id)
    return outside


def _unbound(facts: Facts) -> list[MessageId]:
    bound = {(event.wamid_id, event.message_id) for event in facts.of(WamidBound)}
    accepted = [(e.wamid_id, e.message_id) for e in facts.of(AcceptanceNoted) if e.wamid_id is not None]
    return [message for wamid, message in accepted if (wamid, message) not in bound]
