"""Whether the process can do its work: asked by whoever sends it traffic, answered with what is missing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor

from recado_chassis.metrics import READY

Check = Callable[[], bool | Iterable[str]]
"""True, or what is not ready; False says only that."""

_PING_SECONDS = 1.0


class Readiness:
    """Asks every watched part, and the database with one ping at a time, bounded to 1 s."""

    def __init__(self, ping: Callable[[], object] | None = None, ping_seconds: float = _PING_SECONDS) -> None:
        self._ping = ping
        self._seconds = ping_seconds
        self._checks: dict[str, Check] = {}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="recado-ping")
        self._pinging: Future[object] | None = None
        self._stopping = False

    def is_stopping(self) -> bool:
        return self._stopping

    def watch(self, name: str, check: Check) -> None:
        self._checks[name] = check

    def stop(self) -> None:
        """From now on not ready: the process is going."""
        self._stopping = True

    async def missing(self) -> list[str]:
        """Names of what is not ready; empty when all is."""
        if self._stopping:
            missing = ["stopping"]
        else:
            missing = [told for name, check in self._checks.items() for told in _told(name, check())]
            if self._ping is not None and not await self._answers(self._ping):
                missing.append("database")
        READY.set(0 if missing else 1)
        return missing

    async def _answers(self, ping: Callable[[], object]) -> bool:
        if self._pinging is None or self._pinging.done():
            self._pinging = self._thread.submit(ping)
        try:
            await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(self._pinging)), self._seconds)
        except Exception:  # noqa: BLE001 whatever it raised, the database did not answer
            return False
        return True


def _told(name: str, state: bool | Iterable[str]) -> list[str]:
    if isinstance(state, bool):
        return [] if state else [name]
    return [f"{name}: {what}" for what in state]
