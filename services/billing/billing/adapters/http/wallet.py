"""The wallet: balances, the statement, what a message cost and why, and when it is recharged. For administrators."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import AfterValidator, Field
from recado_chassis.caller import Caller
from recado_chassis.http.callers import caller
from recado_chassis.http.commands import Asked, asked, perform
from recado_chassis.http.models import RequestModel
from recado_chassis.http.pages import Page, caught_up, page
from recado_chassis.ports import Clock
from recado_chassis.streams import Streams
from recado_chassis.work import Work
from recado_events.billing import MICROS_A_CREDIT
from starlette.responses import Response, StreamingResponse

from billing.adapters.http.statement import as_csv, as_line
from billing.application import Settling
from billing.commands import SetAutoRecharge
from billing.domain.refusals import UnknownMessage
from billing.domain.wallet import ACCOUNTS
from billing.views import Questions, Row
from billing.views.reasons import text_of

Changing = Annotated[Asked, Depends(asked("administrator", recorded=True))]
Looking = Annotated[Caller, Depends(caller("administrator", recorded=True))]
Credits = Annotated[int, Field(ge=0, le=1_000_000)]


def _a_month(text: str | None) -> str | None:
    if text is not None and re.fullmatch(r"2[0-9]{3}-(0[1-9]|1[0-2])", text) is None:
        raise ValueError("not a month")
    return text


Month = Annotated[str | None, Query(description="YYYY-MM, in UTC"), AfterValidator(_a_month)]


class RechargeBody(RequestModel):
    """In whole credits. Without `on` nothing is charged; the floor still says when the balance is low."""

    on: bool
    floor: Credits
    amount: Annotated[int, Field(ge=1, le=100_000)]
    daily_cap: Annotated[int, Field(ge=1, le=1_000_000)]


def wallet_routes(streams: Streams, settling: Settling, questions: Questions, clock: Clock) -> APIRouter:
    router = APIRouter(tags=["wallet"])
    _add_wallet(router, streams, settling, questions, clock)
    _add_statement(router, questions)
    return router


def _add_wallet(router: APIRouter, streams: Streams, settling: Settling, questions: Questions, clock: Clock) -> None:
    @router.get("/wallet", dependencies=[Depends(caught_up)])
    def wallet(who: Looking) -> Row:
        row = questions.wallet(who.organisation) or {}
        used = questions.conversations(who.organisation, _months(clock.now()))
        counted = [{name: each[name] for name in ("waba_id", "month", "used")} for each in used]
        return {**_wallet(row), "conversations": counted}

    @router.put("/wallet/recharge")
    def recharge(body: RechargeBody, request: Changing) -> Response:
        command = SetAutoRecharge(
            organisation_id=request.caller.organisation,
            on=body.on,
            floor=body.floor * MICROS_A_CREDIT,
            amount=body.amount * MICROS_A_CREDIT,
            daily_cap=body.daily_cap * MICROS_A_CREDIT,
            by=request.caller.user_id,
            now=request.now,
        )

        def decide(work: Work) -> dict[str, Any]:
            settling.set_auto_recharge(work, command, request.cause)
            return body.model_dump()

        return perform(streams, request, decide)


def _add_statement(router: APIRouter, questions: Questions) -> None:
    @router.get("/wallet/statement", dependencies=[Depends(caught_up)])
    def statement(who: Looking, at: Annotated[Page, Depends(page)], month: Month = None) -> Response:
        after = int(at.after[0]) if at.after else None
        rows = questions.statement(who.organisation, month, after, at.fetch)
        locale = _locale(questions, who.organisation)
        return at.answer(rows, lambda row: [row["position"]], lambda row: as_line(row, locale))

    @router.get(
        "/wallet/statement.csv",
        dependencies=[Depends(caught_up)],
        responses={200: {"content": {"text/csv": {}}}},
        response_class=StreamingResponse,
    )
    def statement_csv(who: Looking, month: Month = None) -> Response:
        lines = as_csv(questions.statement_lines(who.organisation, month), _locale(questions, who.organisation))
        name = f"statement-{month or 'all'}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)

    @router.get("/messages/{message_id}/cost", dependencies=[Depends(caught_up)])
    def cost(message_id: UUID, who: Looking) -> Row:
        row = questions.cost(who.organisation, message_id)
        if row is None:
            raise UnknownMessage
        return _cost(row, _locale(questions, who.organisation))


def _months(now: datetime) -> list[str]:
    """The present one, wherever on earth the WABA's calendar is."""
    return sorted({f"{now + timedelta(hours=hours):%Y-%m}" for hours in (-12, 0, 14)})


def _wallet(row: Row) -> Row:
    balances = {account: row.get(account, 0) for account in ACCOUNTS}
    recharge = {
        "on": row.get("recharge_on", False),
        **{name: row.get(f"recharge_{name}", 0) // MICROS_A_CREDIT for name in ("floor", "amount", "daily_cap")},
        "has_payment_method": row.get("has_payment_method", False),
    }
    return {
        "currency": "USD",
        "credits": credits_shown(balances["available"]),
        "available": balances["available"],
        "held": balances["held"],
        "owed": -balances["receivable"],
        "balances": balances,
        "recharge": recharge,
    }


def credits_shown(micros: int) -> str:
    """Of a balance, to a thousandth of a credit, rounded down."""
    whole, rest = divmod(micros, MICROS_A_CREDIT)
    return f"{whole}.{rest * 1_000 // MICROS_A_CREDIT:03d}"


def _cost(row: Row, locale: str) -> Row:
    reason = row["reason"] or row["state"]
    names = ("message_id", "state", "category", "amount", "held", "at", "delivered_at", "rated")
    return {**{name: row[name] for name in names}, "reason": reason, "text": text_of(reason, locale)}


def _locale(questions: Questions, organisation_id: UUID) -> str:
    row = questions.organisation(organisation_id)
    return "en" if row is None else str(row["locale"])
