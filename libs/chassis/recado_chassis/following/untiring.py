"""A thread that goes on for ever: what fails is shown and tried again, an outage soon and anything else slowly."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog

from recado_chassis.store import Unavailable

_log = structlog.get_logger()


class Stuck(Exception):
    """Its message tells an operator what to do, and quotes nobody."""


@dataclass(frozen=True, slots=True)
class Pauses:
    """Seconds before the next attempt: the first one, doubled until the longest."""

    first: float
    longest: float


OUTAGE = Pauses(0.1, 3.0)
FAILURE = Pauses(1.0, 30.0)


class Untiring:
    """Runs `work` until it is told to stop. `work` gets the stop signal, and calls `well` whenever all is well."""

    def __init__(
        self,
        name: str,
        work: Callable[[threading.Event], None],
        *,
        failed: Callable[[], None] = lambda: None,
        outage: Pauses = OUTAGE,
        failure: Pauses = FAILURE,
    ) -> None:
        """`failed` is called after each failed attempt."""
        self._name = name
        self._work = work
        self._failed = failed
        self._pauses = {True: outage, False: failure}
        self._attempts = 0
        self._reason: str | None = "has only just started"
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def reason(self) -> str | None:
        """Why it cannot do its work at the moment, without anybody's data; None while it can."""
        return self._reason

    def well(self) -> None:
        self._attempts = 0
        self._reason = None

    def start(self) -> None:
        self._thread.start()

    def signal(self) -> None:
        """Tells it to end, and waits for nothing."""
        self._stop.set()

    def stop(self, timeout: float = 10.0) -> None:
        """Tells it to end and waits for that, up to `timeout` seconds. One that never started is fine."""
        self.signal()
        if self._thread.ident is not None:
            self._thread.join(timeout)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._work(self._stop)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is shown and tried again
                self._pause_after(error)

    def _pause_after(self, error: Exception) -> None:
        outage = isinstance(error, Unavailable)
        self._reason = str(error) if outage or isinstance(error, Stuck) else where(error)
        _log.warning("thread_failed", thread=self._name, reason=self._reason)
        self._failed()
        pauses = self._pauses[outage]
        pause = min(pauses.longest, pauses.first * 2**self._attempts)
        self._attempts = min(self._attempts + 1, 20)
        self._stop.wait(pause)


def where(error: Exception) -> str:
    """Class of an error and the last line of our own that it passed; its message may quote what somebody sent."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "site-packages" not in frame.filename]
    at = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__qualname__}{at}"
