"""Waiting for something to become true, with a limit and a name for what was waited for."""

import time
from collections.abc import Callable

from deploy.local.errors import LocalError


def wait_for(condition: Callable[[], bool], *, seconds: float, what: str, pause: float = 0.1) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise LocalError(f"waited {seconds:.0f} s in vain for {what}")
        time.sleep(pause)
