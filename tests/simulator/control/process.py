"""The simulator itself: is it up, what does it hold, its rules, its clock, a fresh start."""

from typing import Any

from fastapi import APIRouter, HTTPException
from pydantic import ValidationError

from ..commands import Advance, Reset, RotateSecret
from ..entities import BusinessNumber, Customer, Send, Template, Waba
from ..platform import Platform
from ..rules import Rules
from ..signing import JsonObject


def process_routes(platform: Platform) -> APIRouter:
    routes, world = APIRouter(), platform.world

    @routes.get("/health")
    async def health() -> JsonObject:
        return {"status": "up"}

    @routes.get("/state")
    async def state() -> JsonObject:
        return {
            "app_id": world.config.app_id,
            "webhook_url": world.config.webhook_url,
            "now": world.clock.now(),
            "wabas": [waba.model_dump() for waba in world.store.all(Waba)],
            "phone_numbers": [number.model_dump() for number in world.store.all(BusinessNumber)],
            "templates": [template.model_dump() for template in world.store.all(Template)],
            "customers": world.store.count(Customer),
            "sends": world.store.count(Send),
        }

    @routes.get("/rules")
    async def rules() -> Rules:
        return world.rules

    @routes.patch("/rules")
    async def change_rules(given: dict[str, Any]) -> Rules:
        try:
            changed = Rules.model_validate({**world.rules.model_dump(), **given})
        except ValidationError as error:
            raise HTTPException(422, error.errors(include_url=False, include_context=False)) from error
        different = [name for name in given if getattr(changed, name) != getattr(world.rules, name)]
        for name in different:
            setattr(world.rules, name, getattr(changed, name))
        world.limits.resize(different)
        return world.rules

    @routes.post("/clock")
    async def advance(given: Advance) -> JsonObject:
        """Push the platform's clock forward: codes, tokens, windows and rates see it; nobody else does."""
        world.advance(given.seconds)
        return {"now": world.clock.now()}

    @routes.post("/app_secret")
    async def rotate(given: RotateSecret) -> JsonObject:
        """Sign with another secret from now on, until the process starts again."""
        world.app_secret = given.app_secret
        return {"rotated": True}

    @routes.post("/reset")
    async def reset(given: Reset | None = None) -> JsonObject:
        await platform.reviews.forget()
        await platform.webhooks.forget()
        platform.faults.clear()
        world.reset(keep_accounts=bool(given and given.keep_accounts))
        return {"reset": True}

    return routes
