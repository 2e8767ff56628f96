"""What the examples of billing hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recado_events import billing as b
from recado_events.contracts import story as s
from recado_events.event import Event

_HELD = (b.Posting(account="available", amount=-34_000), b.Posting(account="held", amount=34_000))

BY_EVENT: Mapping[type[Event], Mapping[str, Any]] = {
    b.OrganisationRegistered: {"locale": "en", "edition": "express"},
    b.OrganisationRenamed: {"locale": "en"},
    b.EditionChanged: {"previous": "express", "edition": "premier"},
    b.CreditsReserved: {"message_id": s.GREETING, "amount": 34_000, "category": "UTILITY", "postings": _HELD},
    b.ReservationRefused: {
        "message_id": s.GREETING,
        "reason": "insufficient_credits",
        "needed": 34_000,
        "available": 12_000,
    },
}
