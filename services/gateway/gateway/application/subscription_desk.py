"""What administrators ask about outgoing webhooks that takes more than a decision: looks at logs, a test, the log."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from recado_chassis.store import Unavailable
from recado_chassis.threads import in_thread
from recado_events.ids import OrganisationId, SubscriptionId

from gateway.application.subscribing import Subscribing
from gateway.application.subscription_ports import Attempt, Keeping, Logs, LogUnavailable, Receivers
from gateway.domain.subscription import source_of

TESTED = "gateway.subscription-tested.v1"
"""Of no log and no catalogue: it is told to one receiver and says nothing else."""


class Desk:
    def __init__(self, subscribing: Subscribing, keeping: Keeping, logs: Logs, receivers: Receivers, most: int) -> None:
        """`most`: subscriptions of an organisation."""
        self.subscribing = subscribing
        self.keeping = keeping
        self.most = most
        self._logs = logs
        self._receivers = receivers

    async def check(self, url: str) -> None:
        """Raises ReceiverForbidden and ReceiverUnknown."""
        await self._receivers.check(url)

    async def ends(self, sources: Iterable[str]) -> Mapping[str, int]:
        """Of these services' logs, now. Raises Unavailable where one does not tell."""
        try:
            return {source: await self._logs.end(source) for source in sorted(set(sources))}
        except LogUnavailable as error:
            raise Unavailable(str(error)) from error

    async def ends_for(self, event_types: Iterable[str]) -> Mapping[str, int]:
        return await self.ends(map(source_of, event_types))

    async def test(self, organisation_id: OrganisationId, subscription_id: SubscriptionId) -> Attempt:
        """Tells its receiver something of no meaning, once. Raises UnknownSubscription."""
        receiver = await in_thread(self.subscribing.receiver, organisation_id, subscription_id)
        streams = self.subscribing.streams
        event_id, began = streams.ids.new(), time.monotonic()
        told = _test_event(event_id, organisation_id, subscription_id, streams.clock.now())
        answer = await self._receivers.tell(receiver, str(event_id), orjson.dumps(told))
        attempt = Attempt(
            event_id=event_id,
            event_type=TESTED,
            position=None,
            attempt=1,
            outcome=answer.outcome,
            status=answer.status,
            milliseconds=int((time.monotonic() - began) * 1000),
        )
        await in_thread(self.keeping.note, (organisation_id, subscription_id), source_of(TESTED), attempt)
        return attempt


def _test_event(
    event_id: UUID, organisation_id: OrganisationId, subscription_id: SubscriptionId, now: datetime
) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": event_id,
        "type": TESTED,
        "source": "/recado/gateway",
        "subject": subscription_id,
        "time": now,
        "datacontenttype": "application/json",
        "tenantid": organisation_id,
        "data": {"subscription_id": subscription_id},
    }
