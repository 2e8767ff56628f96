"""Charges and holds: one charge a message for ever, one end a hold, each with its evidence and its price (27 to 29)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from psycopg import Connection
from recado_chassis.verifying.figures import Figure, none_of, told
from recado_events.billing import (
    ChargePosted,
    CreditsReserved,
    HoldExpired,
    HoldReleased,
    LateChargeRecorded,
    PolicyChosen,
    RateCardImported,
)
from recado_events.event import Event
from recado_events.ids import MessageId

from billing.application.rerating import Rater
from billing.domain import prices
from billing.domain.private import ChargeHeld, ChargeRated, CustomersJoined, DeadlineMoved

GRACE = timedelta(minutes=1)
"""Workers look every few seconds."""
_KEYS = "SELECT value FROM unique_rows WHERE kind = 'charge'"


def figures(of: str, events: Sequence[Event], connection: Connection[Any], now: datetime) -> Iterator[Figure]:
    charged = Counter(e.message_id for e in events if isinstance(e, ChargePosted | LateChargeRecorded))
    yield told(of, "charges", len(charged))
    yield none_of(of, "messages charged more than once", (m for m, times in charged.items() if times > 1))
    keys = {row[0] for row in connection.execute(_KEYS)}
    yield none_of(of, "charges without their key, keys without their charge", keys ^ {str(m) for m in charged})
    yield from _holds(of, events, now)
    yield from _evidence(of, events, charged)
    yield none_of(of, "messages that rating says something else of", rated_otherwise(events))


def _holds(of: str, events: Sequence[Event], now: datetime) -> Iterator[Figure]:
    held = {e.message_id: e.amount for e in events if isinstance(e, CreditsReserved)}
    reserved = Counter(e.message_id for e in events if isinstance(e, CreditsReserved))
    ends: Counter[MessageId] = Counter()
    wrong: list[MessageId] = []
    for event in events:
        if isinstance(event, HoldReleased | HoldExpired | ChargePosted):
            is_hold = event.message_id in held
            ends[event.message_id] += is_hold
            amount = event.held if isinstance(event, ChargePosted) else event.amount
            if is_hold and amount != held[event.message_id]:
                wrong.append(event.message_id)
    still = {message for message in held if not ends[message]}
    yield told(of, "holds", len(held))
    yield none_of(of, "messages held for more than once", (m for m, times in reserved.items() if times > 1))
    yield none_of(of, "holds that ended more than once", (m for m, times in ends.items() if times > 1))
    yield none_of(of, "holds that ended with another amount than they began with", wrong)
    yield told(of, "holds that wait for what becomes of their message", len(still))
    yield none_of(of, "holds past their deadline", _overdue(events, still, now))


def _overdue(events: Sequence[Event], still: set[MessageId], now: datetime) -> list[MessageId]:
    deadlines = {e.message_id: e.deadline for e in events if isinstance(e, ChargeHeld | DeadlineMoved)}
    return [message for message in still if message not in deadlines or now > deadlines[message] + GRACE]


def _evidence(of: str, events: Sequence[Event], charged: Counter[MessageId]) -> Iterator[Figure]:
    stories: defaultdict[MessageId, list[ChargeRated]] = defaultdict(list)
    for event in events:
        if isinstance(event, ChargeRated):
            stories[event.message_id].append(event)
    cards = {e.rate_card for e in events if isinstance(e, RateCardImported)}
    unproven, unpriced = [], []
    for event in events:
        if isinstance(event, ChargePosted | LateChargeRecorded):
            rated = [story for story in stories.get(event.message_id, ()) if story.rated == event.rated]
            if event.evidence not in ("delivered", "read") or len(rated) != 1:
                unproven.append(event.message_id)
            if event.rated.amount and event.rated.rate_card not in cards:
                unpriced.append(event.message_id)
    owing = [m for m, told_ in stories.items() if told_[0].rated.amount and not charged[m]]
    yield none_of(of, "charges without a delivery that was rated so", unproven)
    yield none_of(of, "charges without a rate card that was imported", unpriced)
    yield none_of(of, "billable deliveries that were not charged", owing)
    yield none_of(of, "deliveries rated more than once", (m for m, told_ in stories.items() if len(told_) > 1))


def rated_otherwise(events: Sequence[Event]) -> list[MessageId]:
    """Each delivery rated again by what was in force when it was charged."""
    known = prices.Prices()
    rater = Rater()
    found = []
    for event in events:
        if isinstance(event, PolicyChosen | RateCardImported):
            known = prices.evolve(known, event)
        elif isinstance(event, CustomersJoined):
            rater.join(event)
        elif isinstance(event, ChargeRated):
            rating = rater.rate(event, known)
            if (rating.amount, rating.reason) != (event.rated.amount, event.rated.reason):
                found.append(event.message_id)
    return found
