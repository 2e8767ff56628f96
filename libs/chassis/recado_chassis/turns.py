"""Work put off to the next turn of the event loop and done together: a processor is quicker where it does one thing
many times, and what is put off holds up nobody who waits."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")


class Gathering(Generic[T]):
    """Whatever is added in one turn is handed to `work` at once, in order. What `work` raises is logged by the loop."""

    def __init__(self, work: Callable[[Sequence[T]], None]) -> None:
        self._work = work
        self._gathered: list[T] = []

    def add(self, item: T) -> None:
        if not self._gathered:
            asyncio.get_running_loop().call_soon(self._work_off)
        self._gathered.append(item)

    def _work_off(self) -> None:
        gathered, self._gathered = self._gathered, []
        self._work(gathered)
