"""Processes that a crashed launcher may have left: told from strangers who got their numbers, and ended.

On Linux the kernel ends children with their launcher; where it does not (macOS), this is what cleans up.
"""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

from deploy.local.process import outcome
from deploy.local.state import State

PATIENCE = 15.0


def end_survivors(state: State) -> list[str]:
    """End what the previous launcher started and did not stop; gives the names of those that still lived."""
    left = {name: (int(child["pid"]), str(child["born"])) for name, child in state.read("children").items()}
    alive = {name: pid for name, (pid, birth) in left.items() if _is(pid, birth)}
    for name, pid in alive.items():
        with suppress(ProcessLookupError):  # to PostgreSQL SIGTERM means: wait for all clients to go
            os.kill(pid, signal.SIGINT if name == "postgres" else signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and any(_is(*left[name]) for name in alive):
        time.sleep(0.1)
    for name, pid in alive.items():
        if _is(*left[name]):
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)
    state.forget("children")
    return sorted(alive)


def born(pid: int) -> str:
    """When a process was started, in whatever unit this system gives; raises ProcessLookupError when it is gone."""
    if Path("/proc/self/stat").exists():
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            raise ProcessLookupError(pid) from None
        if fields[0] == "Z":
            raise ProcessLookupError(pid)
        return fields[19]
    done = outcome(["ps", "-o", "lstart=", "-p", str(pid)])
    if done.returncode:
        raise ProcessLookupError(pid)
    return done.stdout.strip()


def _is(pid: int, birth: str) -> bool:
    try:
        return born(pid) == birth
    except ProcessLookupError:
        return False
