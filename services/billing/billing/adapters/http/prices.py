"""Policies and rate cards: the platform's operator chooses and imports them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import AfterValidator, Field
from recado_chassis.caller import Caller
from recado_chassis.http.callers import caller
from recado_chassis.http.commands import Asked, asked, perform
from recado_chassis.http.models import RequestModel
from recado_chassis.streams import Streams
from recado_chassis.work import Work
from recado_events.billing import Price, RegionOf
from starlette.responses import Response

from billing.application import Settling
from billing.application.books import FOLDS
from billing.commands import ChoosePolicy, ImportRateCard
from billing.domain.prices import PRICES_STREAM, Prices

Operator = Annotated[Asked, Depends(asked("operator", recorded=True))]
Looking = Annotated[Caller, Depends(caller("operator"))]


def _on_a_calendar(text: str) -> str:
    datetime.fromisoformat(text)
    return text


Wall = Annotated[
    str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2})?$"), AfterValidator(_on_a_calendar)
]
Allowance = Annotated[int, Field(ge=0, le=10_000_000)]
Market = Annotated[str, Field(pattern=r"^([A-Z]{2}|[a-z][a-z_]{1,39})$")]
Category = Annotated[str, Field(pattern=r"^[a-z][a-z_]{1,39}$")]


class PolicyBody(RequestModel):
    """`valid_from` is a wall-clock time of each WABA's own time zone."""

    policy: Literal["R1", "R2", "R3"]
    valid_from: Wall
    reply_window_is_free: bool = True
    free_conversations: Allowance = 1_000
    free_service_messages: Allowance = 1_000


class PriceBody(RequestModel):
    market: Market
    category: Category
    amount: Annotated[int, Field(ge=0, le=10**12)]
    """micro-US$"""


class RegionBody(RequestModel):
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    region: Annotated[str, Field(pattern=r"^[a-z][a-z_]{1,39}$")]


def _each_priced_once(prices: list[PriceBody]) -> list[PriceBody]:
    seen: set[tuple[str, str]] = set()
    for price in prices:
        if (price.market, price.category) in seen:
            raise ValueError(f"{price.market} {price.category} has a price above")
        seen.add((price.market, price.category))
    return prices


def _each_in_one_region(regions: list[RegionBody]) -> list[RegionBody]:
    known: dict[str, str] = {}
    for row in regions:
        if known.setdefault(row.country, row.region) != row.region:
            raise ValueError(f"{row.country} has another region above")
    return regions


class RateCardBody(RequestModel):
    rate_card: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,79}$")]
    valid_from: Wall
    prices: Annotated[list[PriceBody], Field(min_length=1, max_length=5_000), AfterValidator(_each_priced_once)]
    regions: Annotated[list[RegionBody], Field(max_length=400), AfterValidator(_each_in_one_region)] = Field(default=[])


def price_routes(streams: Streams, settling: Settling) -> APIRouter:
    router = APIRouter(tags=["prices"])

    @router.post("/policies")
    def choose_policy(body: PolicyBody, request: Operator) -> Response:
        told = body.model_dump(exclude={"valid_from"})
        command = ChoosePolicy(**told, valid_from=datetime.fromisoformat(body.valid_from), now=request.now)

        def decide(work: Work) -> dict[str, str]:
            settling.choose_policy(work, command, request.cause)
            return {"policy": body.policy, "valid_from": command.valid_from.isoformat()}

        return perform(streams, request, decide)

    @router.post("/rate-cards")
    def import_rate_card(body: RateCardBody, request: Operator) -> Response:
        command = ImportRateCard(
            rate_card=body.rate_card,
            valid_from=datetime.fromisoformat(body.valid_from),
            prices=tuple(Price(**price.model_dump()) for price in body.prices),
            regions=tuple(RegionOf(**region.model_dump()) for region in body.regions),
            now=request.now,
        )

        def decide(work: Work) -> dict[str, str]:
            settling.import_rate_card(work, command, request.cause)
            return {"rate_card": body.rate_card, "valid_from": command.valid_from.isoformat()}

        return perform(streams, request, decide)

    @router.get("/policies")
    def policies(_: Looking) -> dict[str, Any]:
        known: Prices = streams.read(PRICES_STREAM, FOLDS["prices"])
        return {"items": [_policy(each) for each in sorted(known.policies, key=lambda each: each.valid_from)]}

    @router.get("/rate-cards")
    def rate_cards(_: Looking) -> dict[str, Any]:
        known: Prices = streams.read(PRICES_STREAM, FOLDS["prices"])
        cards = sorted(known.cards, key=lambda each: each.valid_from)
        return {"items": [{"rate_card": c.name, "valid_from": c.valid_from, "prices": len(c.prices)} for c in cards]}

    return router


def _policy(policy: Any) -> dict[str, Any]:
    names = ("valid_from", "reply_window_is_free", "free_conversations", "free_service_messages")
    return {"policy": policy.name, **{name: getattr(policy, name) for name in names}}
