"""Purchases and where they stand."""

from __future__ import annotations

from typing import Any

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
            yield _stands(event.purchase_id, "set_aside")
        case RechargeDue():
            yield Change("due", {"purchase_id": event.purchase_id, "due_at": event.due_at})
        case told.CreditsPurchased():
            yield Change("paid", {"purchase_id": event.purchase_id, "at": event.purchased_at})
        case told.PurchaseRefunded():
            yield Change("refunded", {"purchase_id": event.purchase_id, "amount": event.amount})
        case told.PaymentDisputed():
            yield _stands(event.purchase_id, "disputed")
        case told.DisputeClosed():
            yield _stands(event.purchase_id, "paid" if event.outcome == "won" else "dispute_lost")
        case told.RechargeFailed():
            failed = {"purchase_id": event.purchase_id, "reason": event.reason, "over": event.retry_at is None}
            yield Change("failed", failed)


def _stands(purchase_id: Any, state: str) -> Change:
    return Change("stands", {"purchase_id": purchase_id, "state": state})
