"""Purchases and where they stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from recado_events import billing as told
from recado_events.event import Event

from billing.domain.private import CheckoutOpened, NoticeSetAside, PurchaseStarted, RechargeDue
from billing.views.change import Change, Changes


def rows(event: Event) -> Changes:
    match event:
        case PurchaseStarted():
            values: dict[str, Any] = event.model_dump(
                include={"purchase_id", "organisation_id", "how", "amount", "fee"}
            )
            yield Change("purchase", {**values, "started_at": event.started_at})
        case CheckoutOpened():
            yield _stands(event.purchase_id, "open")
        case NoticeSetAside():
            state = None if event.reason == "paid_again" else "set_aside"
            yield _stands(event.purchase_id, state, has_reason=True, reason=event.reason)
        case RechargeDue():
            yield _stands(event.purchase_id, has_due=True, due_at=event.due_at)
        case told.CreditsPurchased():
            over = {"paid_at": event.purchased_at, "has_due": True, "has_reason": True}
            yield _stands(event.purchase_id, "paid", **over)
        case told.PurchaseRefunded():
            yield _stands(event.purchase_id, "refunded", refunded=event.amount)
        case told.PaymentDisputed():
            yield _stands(event.purchase_id, "disputed")
        case told.DisputeClosed():
            yield _stands(event.purchase_id, "paid" if event.outcome == "won" else "dispute_lost")
        case told.RechargeFailed():
            state = "given_up" if event.retry_at is None else None
            yield _stands(event.purchase_id, state, has_reason=True, reason=event.reason)


_AS_IT_WAS: Mapping[str, Any] = {
    "paid_at": None,
    "refunded": 0,
    "has_reason": False,
    "reason": None,
    "has_due": False,
    "due_at": None,
}


def _stands(purchase_id: UUID, state: str | None = None, **changed: Any) -> Change:
    """What is not said stays as it was; `has_reason` and `has_due` tell None from not said."""
    return Change("stands", {**_AS_IT_WAS, "purchase_id": purchase_id, "state": state, **changed})
