"""The calls under way: each made once, its outcome told whatever it is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog
from opentelemetry.trace import SpanKind
from prometheus_client import Counter, Gauge, Histogram
from recado_chassis.crash import crash
from recado_chassis.ports import Clock
from recado_chassis.tracing import span

from gateway.adapters.dispatcher.recorder import Recorder
from gateway.adapters.dispatcher.traffic import Traffic
from gateway.application.ports import Claim, Messages
from gateway.commands import Ambiguous, Verdict

USABLE = 5.0
"""Seconds from before the claim to its first byte; later nothing is written."""

CALLS = Counter("recado_gateway_calls_total", "Calls to send a message, by what came of them.", ["outcome"])
SECONDS = Histogram("recado_gateway_call_seconds", "Seconds of a call to send a message.")
IN_FLIGHT = Gauge("recado_gateway_calls_count", "Calls to send a message that are under way.")

_log = structlog.get_logger()


class Calls:
    def __init__(
        self,
        messages: Messages,
        recorder: Recorder,
        traffic: Traffic,
        clock: Clock,
        uptime: Callable[[], float],
        ended: Callable[[], None],
    ) -> None:
        """`ended` is called after each call: there is room again."""
        self._messages = messages
        self._recorder = recorder
        self._traffic = traffic
        self._clock = clock
        self._uptime = uptime
        self._ended = ended
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, claim: Claim, began: float) -> None:
        """`began` is the uptime before the claim was made."""
        self._traffic.begin(claim)
        call = asyncio.create_task(self._call(claim, began))
        self._tasks.add(call)
        call.add_done_callback(self._tasks.discard)

    async def finish(self) -> None:
        """Until all have ended; each has its own deadline."""
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _call(self, claim: Claim, began: float) -> None:
        verdict: Verdict | None = None
        try:
            with SECONDS.time(), IN_FLIGHT.track_inprogress():
                verdict = await self._traced(claim, began)
            crash("dispatcher.after_call")
            self._recorder.tell(claim, verdict)
            CALLS.labels(_outcome(verdict)).inc()
        finally:
            self._traffic.end(claim, verdict, self._clock.now())
            self._ended()

    async def _traced(self, claim: Claim, began: float) -> Verdict:
        """A part of the story that the message belongs to."""
        message, story = str(claim.due.message_id), claim.due.cause.traceparent
        with span("send", SpanKind.CLIENT, within=story, message_id=message, attempt=claim.attempt) as begun:
            verdict = await self._verdict(claim, began)
            begun.set_attribute("outcome", _outcome(verdict))
        return verdict

    async def _verdict(self, claim: Claim, began: float) -> Verdict:
        try:
            verdict = await self._messages.send(claim, lambda: self._uptime() - began < USABLE)
        except Exception as error:  # noqa: BLE001 - whatever it was, nobody may take the message for not sent
            _log.error("call_failed", message_id=str(claim.due.message_id), attempt=claim.attempt, exc_info=error)
            return Ambiguous("connection_lost")
        if isinstance(verdict, Ambiguous):
            _log.warning(
                "outcome_unknown",
                message_id=str(claim.due.message_id),
                attempt=claim.attempt,
                reason=verdict.reason,
                meta_code=verdict.meta_code,
            )
        return verdict


def _outcome(verdict: Verdict) -> str:
    return type(verdict).__name__.lower()
