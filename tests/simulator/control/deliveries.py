"""Webhooks: what became of each, ready-made ones, and faults."""

import asyncio
import base64
from typing import Any

from fastapi import APIRouter, HTTPException

from ..commands import Handshake, RawBody, RawWebhooks
from ..faults import Fault
from ..platform import Platform
from ..poster import Attempt
from ..signing import JsonObject, meta_json, signed_headers


def delivery_routes(platform: Platform) -> APIRouter:
    routes = APIRouter()
    _webhooks(routes, platform)
    _faults(routes, platform)
    return routes


def _webhooks(routes: APIRouter, platform: Platform) -> None:
    config, poster = platform.world.config, platform.poster

    @routes.get("/webhooks")
    async def webhooks(attempts: int = 200) -> JsonObject:
        """Counts, every webhook with its state, and the latest attempts with their HTTP statuses."""
        latest = list(poster.attempts)[-attempts:] if attempts else []
        return {
            "summary": platform.webhooks.summary(),
            "webhooks": platform.webhooks.rows(),
            "attempts": [attempt.row() for attempt in latest],
        }

    @routes.get("/webhooks/summary")
    async def summary() -> JsonObject:
        return platform.webhooks.summary()

    @routes.post("/webhooks/raw")
    async def raw(given: RawWebhooks) -> list[JsonObject]:
        bodies = [(_bytes(body), body) for body in given.bodies for _ in range(given.copies)]
        if given.observe:
            for body in given.bodies:
                platform.customers.observe(body.json_body)
        posts = [_post(platform, given, content) for content, _ in bodies]
        return [attempt.row() for attempt in await asyncio.gather(*posts)]

    @routes.post("/webhooks/handshake")
    async def handshake(given: Handshake) -> JsonObject:
        token = config.verify_token if given.token is None else given.token
        query = {"hub.mode": given.mode, "hub.challenge": given.challenge, "hub.verify_token": token}
        present = {name: value for name, value in query.items() if value is not None}
        status, body = await poster.handshake(given.url or config.webhook_url, present)
        return {"status": status, "body": body, "verified": status == 200 and body == given.challenge}


def _faults(routes: APIRouter, platform: Platform) -> None:
    @routes.post("/faults")
    async def add_fault(fault: Fault) -> Fault:
        return platform.faults.add(fault)

    @routes.get("/faults")
    async def faults() -> list[Fault]:
        return platform.faults.listed()

    @routes.delete("/faults")
    async def clear_faults(fault_id: str | None = None) -> JsonObject:
        return {"cleared": platform.faults.clear(fault_id)}


def _bytes(body: RawBody) -> bytes:
    given = [name for name in ("json_body", "text", "base64") if name in body.model_fields_set]
    if len(given) != 1:
        raise HTTPException(422, "a raw body needs exactly one of json_body, text and base64")
    if given[0] == "json_body":
        return meta_json(body.json_body)
    return base64.b64decode(body.base64 or "") if given[0] == "base64" else (body.text or "").encode()


async def _post(platform: Platform, given: RawWebhooks, content: bytes) -> Attempt:
    secret = given.secret or platform.world.app_secret
    plain: dict[str, Any] = {"Content-Type": "application/json", "User-Agent": "facebookexternalua"}
    headers = list((signed_headers(secret, content) if given.signed else plain).items()) + given.headers
    url = given.url or platform.world.config.webhook_url
    rules = platform.world.rules
    return await platform.poster.repeatedly(
        url, content, headers, attempts=rules.webhook_attempts if given.retry else 1
    )
