"""What may happen to webhooks on their way: delayed, doubled, batched into one body, out of order.

Meta's contract, section 1 (points 3 and 4) and section 3.4.
"""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import groupby

from .bodies import merged
from .entities import Delivery
from .faults import Fault, Faults
from .signing import JsonObject

Carry = Callable[[list[Delivery], JsonObject], Awaitable[None]]


class Turbulence:
    """Stands between a due webhook and the wire."""

    def __init__(self, faults: Faults, carry: Carry, spawn: Callable[[Awaitable[None]], object]) -> None:
        self._faults, self._carry, self._spawn = faults, carry, spawn
        self._held: dict[str, list[Delivery]] = {}

    async def pass_on(self, delivery: Delivery) -> None:
        fault = self._faults.take_for_webhook(delivery.kind, delivery.phone_number_id)
        if fault is None:
            await self._carry([delivery], delivery.body)
            return
        if fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
            await self._carry([delivery], delivery.body)
            return
        if fault.kind == "duplicate":
            again = [self._carry([delivery], delivery.body) for _ in range(1 + fault.copies)]
            await asyncio.gather(*again)
            return
        await self._hold(fault, delivery)

    def forget(self) -> None:
        self._held.clear()

    async def _hold(self, fault: Fault, delivery: Delivery) -> None:
        """Keep it until the fault's count is full, or its seconds are over."""
        held = self._held.setdefault(fault.id, [])
        held.append(delivery)
        if fault.spent:
            await self._release(fault)
        elif len(held) == 1:
            self._spawn(self._release_later(fault))

    async def _release_later(self, fault: Fault) -> None:
        await asyncio.sleep(fault.seconds)
        await self._release(fault)

    async def _release(self, fault: Fault) -> None:
        held = self._held.pop(fault.id, [])
        if fault.kind == "reorder":
            for delivery in reversed(held):
                await self._carry([delivery], delivery.body)
            return
        for _, together in groupby(sorted(held, key=lambda one: one.url), key=lambda one: one.url):
            batch = list(together)
            await self._carry(batch, merged(delivery.body for delivery in batch))
