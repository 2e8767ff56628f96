"""What the examples of billing hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from recado_events import billing as b
from recado_events.contracts import story as s
from recado_events.event import Event
from recado_events.ids import PLATFORM

PURCHASE = UUID("5d6a7b8c-9d0e-5f1a-8b2c-3d4e5f6a7b8c")


def _moved(**amounts: int) -> tuple[b.Posting, ...]:
    return tuple(b.Posting(account=account, amount=amount) for account, amount in amounts.items())


_RATED = b.Rated(
    policy="R1",
    rate_card="2026-10",
    market="US",
    category="utility",
    price=34_000,
    amount=34_000,
    reason="conversation_opened",
)
_DEARER = b.Rated(**{**_RATED.model_dump(), "category": "marketing", "price": 62_500, "amount": 62_500})
_OF_PURCHASE = {"purchase_id": PURCHASE}
_GREETING = {"message_id": s.GREETING}
_COUNTED = {"month": "2026-03", "ordinal": 17, "allowance": 1_000, "worth": 0}

BY_EVENT: Mapping[type[Event], Mapping[str, Any]] = {
    b.OrganisationRegistered: {"locale": "en", "edition": "express"},
    b.OrganisationRenamed: {"locale": "en"},
    b.EditionChanged: {"previous": "express", "edition": "premier"},
    b.CreditsReserved: {
        **_GREETING,
        "amount": 34_000,
        "category": "UTILITY",
        "postings": _moved(available=-34_000, held=34_000),
    },
    b.ReservationRefused: {**_GREETING, "reason": "insufficient_credits", "needed": 34_000, "available": 12_000},
    b.ChargePosted: {
        **_GREETING,
        "rated": _RATED,
        "held": 34_000,
        "evidence": "delivered",
        "postings": _moved(held=-34_000, spent=34_000),
    },
    b.HoldReleased: {
        **_GREETING,
        "amount": 34_000,
        "reason": "failed",
        "postings": _moved(held=-34_000, available=34_000),
    },
    b.HoldExpired: {
        **_GREETING,
        "amount": 34_000,
        "reason": "unknown_outcome",
        "postings": _moved(held=-34_000, available=34_000),
    },
    b.LateChargeRecorded: {
        **_GREETING,
        "rated": _RATED,
        "evidence": "read",
        "postings": _moved(spent=34_000, receivable=-34_000),
    },
    b.RatingDiscrepancyFound: {
        **_GREETING,
        "expected": _RATED,
        "rated": _DEARER,
        "meta_category": "marketing",
        "meta_type": "regular",
        "difference": 28_500,
        "applied": True,
    },
    b.FreeConversationCounted: _COUNTED,
    b.FreeMessageCounted: {**_COUNTED, "worth": 7_700, "postings": _moved(spent=7_700, free_allowance=-7_700)},
    b.CreditsPurchased: {
        **_OF_PURCHASE,
        "how": "checkout",
        "amount": 20_000_000,
        "fee": 600_000,
        "postings": _moved(available=20_000_000, payment_fees=600_000, purchases=-20_600_000),
    },
    b.PurchaseRefunded: {
        **_OF_PURCHASE,
        "amount": 2_060_000,
        "postings": _moved(purchases=2_060_000, payment_fees=-60_000, available=-2_000_000),
    },
    b.PaymentDisputed: {
        **_OF_PURCHASE,
        "amount": 20_600_000,
        "postings": _moved(purchases=20_600_000, payment_fees=-600_000, available=-20_000_000),
    },
    b.DisputeClosed: {
        **_OF_PURCHASE,
        "outcome": "won",
        "amount": 20_600_000,
        "postings": _moved(purchases=-20_600_000, payment_fees=600_000, available=20_000_000),
    },
    b.BalanceLow: {"crossing": 3, "available": 1_990_000, "floor": 2_000_000},
    b.AutoRechargeSet: {
        "on": True,
        "floor": 2_000_000,
        "amount": 20_000_000,
        "daily_cap": 60_000_000,
        "set_by": s.HELENA,
    },
    b.RechargeStarted: {**_OF_PURCHASE, "crossing": 3, "amount": 20_000_000, "fee": 600_000},
    b.RechargeFailed: {**_OF_PURCHASE, "crossing": 3, "reason": "card_declined"},
    b.PolicyChosen: {"organisation_id": PLATFORM, "policy": "R2", "valid_from": "2026-04-01T00:00:00"},
    b.RateCardImported: {
        "organisation_id": PLATFORM,
        "rate_card": "2026-04",
        "valid_from": "2026-04-01T00:00:00",
        "prices": (
            b.Price(market="US", category="utility", amount=34_000),
            b.Price(market="rest_of_world", category="marketing", amount=60_400),
        ),
        "regions": (b.RegionOf(country="PY", region="latin_america"),),
    },
}
