"""Purchases: each credited once, each crossing recharged once, one recharge at a time, within the day's cap (30)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from recado_chassis.verifying.figures import Figure, none_of, told
from recado_events.billing import (
    AutoRechargeSet,
    CreditsPurchased,
    OfWallet,
    RechargeFailed,
    RechargeStarted,
)
from recado_events.event import Event
from recado_events.ids import OrganisationId

from billing.domain.private import PaidNoted, PurchaseStarted, RechargeDue

GRACE = timedelta(minutes=1)
"""Workers look every second."""


def figures(of: str, events: Sequence[Event], now: datetime) -> Iterator[Figure]:
    bought = Counter(e.purchase_id for e in events if isinstance(e, CreditsPurchased))
    asked = {e.purchase_id: (e.amount, e.fee) for e in events if isinstance(e, PurchaseStarted)}
    other = [e.purchase_id for e in events if isinstance(e, CreditsPurchased) if asked.get(e.purchase_id) != _of(e)]
    crossings = Counter((e.organisation_id, e.crossing) for e in events if isinstance(e, RechargeStarted))
    yield told(of, "purchases credited", len(bought))
    yield none_of(of, "purchases credited more than once", (p for p, times in bought.items() if times > 1))
    yield none_of(of, "purchases credited with something else than was asked", other)
    yield none_of(of, "crossings recharged more than once", (c for c, times in crossings.items() if times > 1))
    yield none_of(of, "recharges begun beside another one", _beside(events))
    yield none_of(of, "recharges beyond the day's cap", _beyond_cap(events))
    yield none_of(of, "recharges past the time of their next attempt", _overdue(events, now))


def _of(event: CreditsPurchased) -> tuple[int, int]:
    return event.amount, event.fee


def _beside(events: Sequence[Event]) -> list[str]:
    in_flight: dict[OrganisationId, object] = {}
    found = []
    for event in events:
        match event:
            case RechargeStarted():
                if in_flight.get(event.organisation_id) not in (None, event.purchase_id):
                    found.append(str(event.purchase_id))
                in_flight[event.organisation_id] = event.purchase_id
            case CreditsPurchased() if in_flight.get(event.organisation_id) == event.purchase_id:
                in_flight.pop(event.organisation_id)
            case RechargeFailed() if event.retry_at is None:
                in_flight.pop(event.organisation_id, None)
    return found


def _overdue(events: Sequence[Event], now: datetime) -> list[UUID]:
    due: dict[UUID, datetime | None] = {}
    for event in events:
        if isinstance(event, RechargeDue):
            due[event.purchase_id] = event.due_at
        elif isinstance(event, PaidNoted):
            due[event.purchase_id] = None
    return [purchase for purchase, at in due.items() if at is not None and now > at + GRACE]


def _beyond_cap(events: Sequence[Event]) -> list[str]:
    caps: dict[OrganisationId, int] = {}
    begun: Counter[tuple[OrganisationId, date]] = Counter()
    found = []
    for event in events:
        if isinstance(event, OfWallet):
            match event:
                case AutoRechargeSet():
                    caps[event.organisation_id] = event.daily_cap
                case RechargeStarted():
                    day = event.organisation_id, event.started_at.date()
                    begun[day] += event.amount
                    if begun[day] > caps.get(event.organisation_id, 0):
                        found.append(str(event.purchase_id))
    return found
