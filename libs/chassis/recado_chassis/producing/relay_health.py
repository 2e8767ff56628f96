"""How a relay is: shown to whoever asks whether it is ready, said once in the log, and cause for longer pauses."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from aiokafka.errors import KafkaError

from recado_chassis.following.untiring import where
from recado_chassis.metrics import RELAY_HALTED
from recado_chassis.producing.records import ProducerFailed, UnknownTopic
from recado_chassis.producing.telling import UnknownType
from recado_chassis.store import Unavailable

_SILENCE = 15.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 3.0
_PAUSE_FOR_OTHERS = 3.0

log = structlog.get_logger()


class Halted(Exception):
    """Going on would do harm. The message says what an operator has to do."""


_TELLING = (Halted, Unavailable, UnknownTopic, UnknownType, ProducerFailed, KafkaError, OSError)
"""Errors whose message says what to do, and quotes nobody."""


class RelayHealth:
    def __init__(self) -> None:
        self._problem: str | None = "has only just started"
        self._failures = 0
        self._well_at = 0.0
        self.time: Callable[[], float] = lambda: 0.0
        """The loop's, once it runs."""

    def reason(self) -> str | None:
        """Why it cannot publish, without anybody's data; None while it can, or stands by."""
        if self._problem is None and self.time() - self._well_at > _SILENCE:
            return f"nothing moved for {_SILENCE:.0f} s"
        return self._problem

    def well(self) -> None:
        self._problem = None
        self._failures = 0
        self._well_at = self.time()
        RELAY_HALTED.set(0)

    def trouble(self, error: Exception) -> None:
        reason = f"{type(error).__name__}: {error}" if isinstance(error, _TELLING) else where(error)
        if reason != self._problem:
            log.error("relay.not_publishing", reason=reason)
        self._problem = reason
        if isinstance(error, Halted):
            RELAY_HALTED.set(1)

    def pause(self, error: Exception) -> float:
        """Seconds before the next attempt; long enough for another release where this one does not know a type."""
        if isinstance(error, UnknownType):
            return _PAUSE_FOR_OTHERS
        self._failures = min(self._failures + 1, 10)
        return min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0**self._failures)
