"""Until when a customer who came from an ad is written to free of charge, as billing tells it (rule 9)."""

from __future__ import annotations

from datetime import datetime

from recado_events.event import Event

from conversations.domain.customer import Customer
from conversations.domain.places import CustomerPlace
from conversations.domain.private import FreeEntryNoted


def note_free_entry(until: datetime | None, customer: Customer, place: CustomerPlace, now: datetime) -> list[Event]:
    """Of two such times the later one counts."""
    if until is None or (customer.free_until is not None and until <= customer.free_until):
        return []
    return [FreeEntryNoted(**place, free_until=until, noted_at=now)]
