"""Webhooks of the platform: to whom, when, and what became of each.

Meta's contract, sections 3.4 to 3.7: only a subscribed WABA has webhooks; an override of the number, then of the WABA,
takes `messages` away from the app's own URL. What is not delivered yet survives a restart.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Coroutine
from dataclasses import asdict, dataclass
from typing import Any, cast

from .entities import BusinessNumber, Delivery, Waba
from .faults import Faults
from .poster import Poster
from .signing import JsonObject, meta_json
from .turbulence import Turbulence
from .world import World

NOT_SUBSCRIBED = "not-subscribed"


@dataclass
class Report:
    """What became of one webhook; `state` is pending, delivered or given_up; `carried` counts copies, not retries."""

    id: str
    field: str
    kind: str
    phone_number_id: str | None
    state: str = "pending"
    carried: int = 0


class Webhooks:
    """Queues updates and follows each to its end."""

    def __init__(self, world: World, poster: Poster, faults: Faults) -> None:
        self._world, self._poster = world, poster
        self._turbulence = Turbulence(faults, self._carry, self._spawn)
        self._tasks: set[asyncio.Task[None]] = set()
        self.reports: dict[str, Report] = {}

    def send(
        self, body: JsonObject, *, number: BusinessNumber | None = None, waba: Waba | None = None, due_in: float = 0.0
    ) -> str:
        """Queue one update; answers its delivery id, or NOT_SUBSCRIBED when nobody would be told."""
        account = waba if number is None else self._world.waba_of(number)
        assert account is not None, "a webhook belongs to a number or to a WABA"
        if not account.subscribed:
            return NOT_SUBSCRIBED
        change = body["entry"][0]["changes"][0]
        delivery = Delivery(
            id=self._world.ids.key(),
            field=change["field"],
            kind=_kind_of(change),
            phone_number_id=number.id if number else None,
            url=self._url(change["field"], number, account),
            body=body,
            due_at=self._world.clock.now() + due_in,
        )
        self._world.store.put(delivery)
        self._follow(delivery, due_in)
        return delivery.id

    def resume(self) -> None:
        """After a restart, what was pending is due."""
        for delivery in self._world.store.all(Delivery):
            self._follow(delivery, 0.0)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def forget(self) -> None:
        await self.stop()
        self._turbulence.forget()
        self.reports.clear()
        self._poster.attempts.clear()
        self._poster.counts.clear()

    def summary(self) -> JsonObject:
        states = Counter(report.state for report in self.reports.values())
        return {"pending": 0, "delivered": 0, "given_up": 0, **states, **self._poster.counts}

    def rows(self) -> list[JsonObject]:
        return [asdict(report) for report in self.reports.values()]

    def _follow(self, delivery: Delivery, due_in: float) -> None:
        self.reports[delivery.id] = Report(delivery.id, delivery.field, delivery.kind, delivery.phone_number_id)
        self._spawn(self._when_due(delivery, due_in))

    async def _when_due(self, delivery: Delivery, due_in: float) -> None:
        if due_in > 0:
            await asyncio.sleep(due_in)
        await self._turbulence.pass_on(delivery)

    async def _carry(self, deliveries: list[Delivery], body: JsonObject) -> None:
        ids, url = [delivery.id for delivery in deliveries], deliveries[0].url
        for one in ids:
            self.reports[one].carried += 1
        accepted = await self._poster.until_accepted(ids, url, meta_json(body), self._world.app_secret)
        for delivery in deliveries:
            self._end(delivery, accepted)

    def _end(self, delivery: Delivery, accepted: bool) -> None:
        report = self.reports[delivery.id]
        report.state = "delivered" if accepted or report.state == "delivered" else "given_up"
        self._world.store.put(delivery.model_copy(update={"done": True, "body": {}}))

    def _url(self, field: str, number: BusinessNumber | None, waba: Waba) -> str:
        override = (number.override_uri if number else None) or waba.override_uri
        return override if override and field == "messages" else self._world.config.webhook_url

    def _spawn(self, work: Awaitable[None]) -> None:
        task = asyncio.get_running_loop().create_task(cast("Coroutine[Any, Any, None]", work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _kind_of(change: JsonObject) -> str:
    """Which list the update fills, such as messages or statuses; else its field."""
    kinds = ("messages", "statuses", "message_echoes", "history", "state_sync", "user_preferences")
    return next((kind for kind in kinds if kind in change["value"]), str(change["field"]))
