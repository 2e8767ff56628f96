"""Each status that was acknowledged to Meta is a fact of its message, or of a wamid that nobody here knows."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg import Connection
from recado_chassis.verifying.evidence import Json
from recado_chassis.verifying.figures import Figure, none_of
from recado_events.conversations import (
    BlockReleased,
    MessageDelivered,
    MessageFailed,
    MessagePlayed,
    MessageRead,
    MessageReleased,
    MessageSent,
    MessageStatusSeen,
    OfDelivery,
    ReadReceiptReleased,
)
from recado_events.ids import MessageId, wamid_id

from conversations.adapters.postgres.verifying.facts import Facts, elements
from conversations.domain.private import StatusOfUnknownMessage, WamidBound

_TAG = re.compile(r"v1\.([0-9a-f]{32})\.[0-9]{1,6}\.[0-9a-f]{16}", re.ASCII)
_WORDS: dict[type[OfDelivery], str] = {
    MessageSent: "sent",
    MessageDelivered: "delivered",
    MessageRead: "read",
    MessagePlayed: "played",
    MessageFailed: "failed",
}
_PARKED = "SELECT count(*) FROM parked"


def figure(of: str, connection: Connection[Any], facts: Facts, taken: Sequence[Json]) -> Figure:
    """One that carries a tag of nobody's message is a forgery, which went into quarantine."""
    words, bound, served = _words(facts), _bound(facts), facts.served()
    released = {event.message_id for event in facts.of(MessageReleased, ReadReceiptReleased, BlockReleased)}
    missing = []
    for number, status in elements(taken, "messages", "statuses"):
        tag = status.get("biz_opaque_callback_data")
        tagged = _message_of(tag) if tag else None
        if number not in served or (tag and tagged not in released):
            continue
        wamid = wamid_id(served[number], number, status["id"])
        names = {wamid, bound.get(wamid, wamid), tagged or wamid}
        if not any(status["status"] in words[name] for name in names):
            missing.append(f"{status['status']} of {tagged or wamid}")
    (parked,) = connection.execute(_PARKED).fetchone() or (0,)
    return none_of(of, "acknowledged statuses lost", missing[parked:])


def _message_of(tag: str) -> MessageId | None:
    found = _TAG.fullmatch(tag)
    return None if found is None else MessageId(UUID(hex=found[1]))


def _words(facts: Facts) -> defaultdict[MessageId, set[str]]:
    """What was told of each message, and of each wamid."""
    words: defaultdict[MessageId, set[str]] = defaultdict(set)
    for event in facts.of(OfDelivery):
        words[event.message_id].add(event.status if isinstance(event, MessageStatusSeen) else _WORDS[type(event)])
    for orphan in facts.of(StatusOfUnknownMessage):
        words[orphan.wamid_id].add(orphan.status)
    return words


def _bound(facts: Facts) -> dict[MessageId, MessageId]:
    return {event.wamid_id: event.message_id for event in facts.of(WamidBound)}
