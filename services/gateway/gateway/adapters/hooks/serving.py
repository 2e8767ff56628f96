"""One subscription told of one log for a while: event by event, each after the one before was taken."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import structlog
from prometheus_client import Counter, Histogram
from recado_chassis.crash import crash
from recado_chassis.threads import in_thread

from gateway.application import Subscribing
from gateway.application.subscription_ports import Answer, Attempt, Cursor, Cursors, Logs, LogUnavailable, Receivers
from gateway.domain.receiver import pause_after
from gateway.domain.refusals import UnknownSubscription
from gateway.domain.subscription import is_meant_for

LEASE = timedelta(seconds=45)
"""Above the deadline of a request: whoever holds it longer may have died."""
TURN = 20.0
"""Seconds after which the next one that waits has its turn."""
OWNER_AWAY = timedelta(seconds=5)
NO_SECRET = timedelta(minutes=1)
"""An operator has to bring back the key that opens it; unsigned, nothing is told."""

DELIVERIES = Counter(
    "recado_subscription_deliveries_total", "Requests to receivers, by what came of them.", ["outcome"]
)
SECONDS = Histogram("recado_subscription_delivery_seconds", "Seconds of a request to a receiver.")
PAUSED = Counter("recado_subscription_pauses_total", "Subscriptions paused because of their receiver.", ["reason"])

_log = structlog.get_logger()


class Serving:
    def __init__(
        self, subscribing: Subscribing, cursors: Cursors, logs: Logs, receivers: Receivers, most_attempts: int
    ) -> None:
        self._subscribing = subscribing
        self._cursors = cursors
        self._logs = logs
        self._receivers = receivers
        self._most_attempts = most_attempts
        self._stopping = False

    def stop(self) -> None:
        """Each ends after the request that it has under way."""
        self._stopping = True

    async def serve(self, cursor: Cursor) -> None:
        """Until its log's end, a failure, or the end of its turn. Never raises: what is not given back is free again
        when its lease has ended."""
        try:
            await self._serve(cursor, time.monotonic() + TURN)
        except Exception as error:  # noqa: BLE001 - one subscription must not end the others
            _log.error("serving_failed", subscription_id=str(cursor.subscription_id), exc_info=error)

    async def _serve(self, cursor: Cursor, until: float) -> None:
        at = cursor.position
        while not self._is_over(until):
            try:
                page = await self._logs.page(cursor.source, at, cursor.organisation_id)
            except LogUnavailable as error:
                _log.warning("notifier_waits", source=cursor.source, error=str(error))
                await in_thread(self._cursors.wait, cursor, OWNER_AWAY)
                return
            for event in page.events:
                if not is_meant_for(cursor.organisation_id, cursor.event_types, event):
                    continue
                moved = await self._deliver(cursor, event)
                if moved is None:
                    return
                cursor = moved
                if self._is_over(until):
                    await in_thread(self._cursors.rest, cursor, cursor.position, at_end=False)
                    return
            at = max(page.next, at)
            if at >= page.end:
                await in_thread(self._cursors.rest, cursor, at, at_end=True)
                return
        await in_thread(self._cursors.rest, cursor, at, at_end=False)

    def _is_over(self, until: float) -> bool:
        return self._stopping or time.monotonic() > until

    async def _deliver(self, cursor: Cursor, event: Mapping[str, Any]) -> Cursor | None:
        """The cursor behind the event; None where it is not ours (any more) to go on."""
        try:
            receiver = await in_thread(self._subscribing.receiver, cursor.organisation_id, cursor.subscription_id)
        except UnknownSubscription:
            return None
        if not receiver.secrets:
            _log.error("delivery_without_secret", subscription_id=str(cursor.subscription_id))
            await in_thread(self._cursors.wait, cursor, NO_SECRET)
            return None
        began = time.monotonic()
        with SECONDS.time():
            answer = await self._receivers.tell(receiver, str(event["id"]), orjson.dumps(event))
        DELIVERIES.labels(answer.outcome).inc()
        crash("notifier.after_request")
        attempt = _attempt(cursor, event, answer, time.monotonic() - began)
        if answer.outcome == "delivered":
            moved = await in_thread(self._cursors.delivered, cursor, attempt, LEASE)
            crash("notifier.after_move")
            return moved
        pause = pause_after(attempt.attempt, answer.wished)
        was_ours = await in_thread(self._cursors.failed, cursor, attempt, pause)
        crash("notifier.after_failure")
        if not was_ours:
            return None
        if answer.outcome == "gone" or attempt.attempt >= self._most_attempts:
            await self._give_up(cursor, "gone" if answer.outcome == "gone" else "failing")
        return None

    async def _give_up(self, cursor: Cursor, reason: str) -> None:
        await in_thread(self._subscribing.give_up, cursor.organisation_id, cursor.subscription_id, reason)
        PAUSED.labels(reason).inc()
        _log.warning("subscription_paused", subscription_id=str(cursor.subscription_id), reason=reason)


def _attempt(cursor: Cursor, event: Mapping[str, Any], answer: Answer, seconds: float) -> Attempt:
    return Attempt(
        event_id=UUID(event["id"]),
        event_type=event["type"],
        position=event["position"],
        attempt=cursor.attempts + 1,
        outcome=answer.outcome,
        status=answer.status,
        milliseconds=int(seconds * 1000),
    )
