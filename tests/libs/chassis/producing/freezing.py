"""Servers that are there and answer nothing: the failure that no connection error announces."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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
        while number is signal.SIGSTOP and not _stands_still(server.pid):
            time.sleep(0.005)
        return
    container = server._container.get_wrapped_container()  # type: ignore[attr-defined]
    container.pause() if number is signal.SIGSTOP else container.unpause()


def _stands_still(pid: int) -> bool:
    """A busy machine takes a moment until the last thread has stopped."""
    return all(") T " in task.read_text() for task in Path(f"/proc/{pid}/task").glob("*/stat"))
