"""The addresses of a receiver's host, looked up anew for every request, and all of them checked."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from gateway.domain.receiver import literal, may_be_reached
from gateway.domain.refusals import ReceiverForbidden, ReceiverUnknown

LOOKUPS = 64
"""At once. A name server that never answers holds one of them, and none of the process's other threads."""
PATIENCE = 5.0
"""Seconds for one."""

Resolve = Callable[[str, int], Sequence[Any]]


def resolve(host: str, port: int) -> Sequence[Any]:
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)


class Addresses:
    def __init__(self, allowed_hosts: Collection[str], resolve: Resolve = resolve) -> None:
        """`allowed_hosts` may be anywhere."""
        self._allowed = frozenset(allowed_hosts)
        self._resolve = resolve
        self._pool = ThreadPoolExecutor(LOOKUPS, thread_name_prefix="lookup")

    async def of(self, host: str, port: int) -> list[str]:
        """Where to connect. Raises ReceiverForbidden and ReceiverUnknown."""
        found = [host] if literal(host) is not None else await self._look_up(host, port)
        if not found:
            raise ReceiverUnknown
        if not may_be_reached(host, found, self._allowed):
            raise ReceiverForbidden
        return found

    async def _look_up(self, host: str, port: int) -> list[str]:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(PATIENCE):
                told = await loop.run_in_executor(self._pool, self._resolve, host, port)
        except (OSError, UnicodeError, TimeoutError):
            return []
        return list(dict.fromkeys(str(place[4][0]) for place in told))
