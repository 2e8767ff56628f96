"""Buying credits: a page of the payment provider's; what it says afterwards comes in by its own door."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID, uuid5

from fastapi import APIRouter, Depends
from pydantic import Field
from recado_chassis.caller import Caller
from recado_chassis.http.callers import caller
from recado_chassis.http.commands import Asked, answered, asked, perform
from recado_chassis.http.models import RequestModel
from recado_chassis.http.pages import Page, caught_up, page
from recado_chassis.streams import Streams
from recado_chassis.work import Work
from recado_events.billing import MICROS_A_CREDIT
from starlette.responses import Response

from billing.application import Books, Buying
from billing.commands import NoteCheckout, StartPurchase
from billing.domain.refusals import UnknownPurchase
from billing.views import Questions, Row

Paying = Annotated[Asked, Depends(asked("administrator", key_required=True, recorded=True))]
Looking = Annotated[Caller, Depends(caller("administrator", recorded=True))]
_PURCHASES = UUID("8a1c3f2e-2b7d-5c94-8e10-5d6f7a9b0c13")
_SHOWN = ("purchase_id", "how", "state", "amount", "fee", "refunded", "reason", "started_at", "paid_at")


class PurchaseBody(RequestModel):
    credits: Annotated[int, Field(ge=1, le=100_000)]
    """Whole ones, US$ 2 each; the fee is paid beside them."""
    currency: Literal["USD"] = "USD"


def purchase_routes(streams: Streams, books: Books, buying: Buying, questions: Questions) -> APIRouter:
    router = APIRouter(prefix="/purchases", tags=["purchases"])

    @router.post("", status_code=201)
    def buy(body: PurchaseBody, request: Paying) -> Response:
        """The same key opens the same page: what was asked of the provider before a crash is asked again."""
        if (done := answered(streams, request)) is not None:
            return done
        amount = body.credits * MICROS_A_CREDIT
        command = StartPurchase(
            organisation_id=request.caller.organisation,
            purchase_id=_purchase_id(request),
            amount=amount,
            fee=books.fee_of(amount),
            by=request.caller.user_id,
            now=request.now,
        )
        checkout = buying.open_checkout(command, request.cause)
        opened = NoteCheckout(
            organisation_id=command.organisation_id,
            purchase_id=command.purchase_id,
            session=checkout.session,
            customer=checkout.customer,
            now=request.now,
        )

        def decide(work: Work) -> dict[str, Any]:
            buying.note_checkout(work, opened, request.cause)
            told = {"amount": amount, "fee": command.fee, "checkout_url": checkout.url}
            return {"purchase_id": str(command.purchase_id), **told}

        return perform(streams, request, decide, status=201)

    @router.get("", dependencies=[Depends(caught_up)])
    def purchases(who: Looking, at: Annotated[Page, Depends(page)]) -> Response:
        after = UUID(at.after[0]) if at.after else None
        rows = questions.purchases(who.organisation, after, at.fetch)
        return at.answer(rows, lambda row: [str(row["purchase_id"])], _shown)

    @router.get("/{purchase_id}", dependencies=[Depends(caught_up)])
    def purchase(purchase_id: UUID, who: Looking) -> Row:
        row = questions.purchase(who.organisation, purchase_id)
        if row is None:
            raise UnknownPurchase
        return _shown(row)

    return router


def _purchase_id(request: Asked) -> UUID:
    """Follows from who asks, the key and the body, so that a repetition is the same purchase."""
    key = "" if request.key is None else f"{request.key.organisation_id}:{request.key.user_id}:{request.key.key}"
    return uuid5(_PURCHASES, f"{key}:{request.body.hex()}")


def _shown(row: Row) -> Row:
    return {name: row[name] for name in _SHOWN}
