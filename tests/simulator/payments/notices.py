"""Webhooks: each event signed anew at each attempt, sent until it is answered with 2xx, a bounded number of times."""

import asyncio
import hmac
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.simulator.connections import direct_client

from .account import Account

Json = dict[str, Any]
API_VERSION = "2026-10-28.endive"


@dataclass
class Delivery:
    """How Stripe behaves; tests change it."""

    url: str
    secret: str
    attempts: int = 2_400
    """Stripe goes on for three days; ten minutes outlast whatever is done to a service here."""
    pause: float = 0.25
    copies: int = 1
    """Every event is sent so many times."""
    held: bool = False
    """Nothing is sent, until it is released."""
    log: list[tuple[str, str, int]] = field(default_factory=list)
    """Event, type, answered status (0: none)."""


def signature(secret: str, body: bytes, at: int | None = None) -> str:
    """The value of `Stripe-Signature`."""
    told = int(time.time()) if at is None else at
    digest = hmac.digest(secret.encode(), b"%d." % told + body, "sha256").hex()
    return f"t={told},v1={digest}"


class Notices:
    def __init__(self, account: Account, delivery: Delivery) -> None:
        self._account = account
        self.delivery = delivery
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting: list[Json] = []

    def tell(self, kind: str, about: Json) -> None:
        """An event with the object as it is now. Sent once the present call is answered."""
        event = self._account.add("events", "evt", {"object": "event"}, type=kind, api_version=API_VERSION)
        event["data"] = {"object": json.loads(json.dumps(about))}
        event["pending_webhooks"] = 1
        self._waiting.append(event)

    def flush(self, order: Iterable[int] | None = None) -> None:
        """Sends what waits, in the order of their places, unless it is held."""
        if self.delivery.held:
            return
        waiting, self._waiting = self._waiting, []
        for place in order if order is not None else range(len(waiting)):
            for _ in range(self.delivery.copies):
                self._start(waiting[place])

    def again(self, name: str) -> None:
        """The same event once more, as Stripe's dashboard does."""
        self._start(self._account.of("events")[name])

    def waiting(self) -> list[str]:
        return [event["type"] for event in self._waiting]

    def pending(self) -> int:
        """How many are held or not answered with 2xx yet."""
        return len(self._waiting) + len(self._tasks)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, event: Json) -> None:
        task = asyncio.create_task(self._deliver(event))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, event: Json) -> None:
        body = json.dumps(event).encode()
        async with direct_client(timeout=20) as http:
            for _ in range(self.delivery.attempts):
                status = await self._post(http, body)
                self.delivery.log.append((event["id"], event["type"], status))
                if 200 <= status < 300:
                    event["pending_webhooks"] = 0
                    return
                await asyncio.sleep(self.delivery.pause)

    async def _post(self, http: httpx.AsyncClient, body: bytes) -> int:
        headers = {"Stripe-Signature": signature(self.delivery.secret, body), "Content-Type": "application/json"}
        try:
            return (await http.post(self.delivery.url, content=body, headers=headers)).status_code
        except httpx.HTTPError:
            return 0
