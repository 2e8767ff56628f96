"""Servers that are there and answer nothing: the failure that no connection error announces."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from deploy.local.provider import Server


@contextmanager
def frozen(server: Server) -> Iterator[None]:
    """Stops a server's process or container without ending it, and lets it go on afterwards."""
    _signal(server, signal.SIGSTOP)
    try:
        yield
    finally:
        _signal(server, signal.SIGCONT)


def _signal(server: Server, number: signal.Signals) -> None:
    if server.pid is not None:
        os.kill(server.pid, number)
        return
    container = server._container.get_wrapped_container()  # type: ignore[attr-defined]
    container.pause() if number is signal.SIGSTOP else container.unpause()
