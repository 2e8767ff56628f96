"""Child processes that never outlive the process which started them."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import IO, Protocol

GUARD = Path(__file__).with_name("guarded.py")

# The kernel sends the parent-death signal when the forking *thread* ends; this one lives as long as the process.
_forker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="forker")


class Process(Protocol):
    """As much of subprocess.Popen as ending one takes."""

    @property
    def pid(self) -> int: ...
    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, sig: int, /) -> None: ...


def spawn(
    command: Sequence[str],
    *,
    output: int | IO[bytes],
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
    user: str | None = None,
    death_signal: signal.Signals = signal.SIGKILL,
) -> subprocess.Popen[bytes]:
    """Start `command` in a process group of its own, with both outputs to `output`; `death_signal` ends it with us."""
    guard = [sys.executable, "-I", "-S", str(GUARD), str(os.getpid()), str(int(death_signal)), user or "-"]

    def fork() -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [*guard, *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=directory or "/",
            start_new_session=True,
        )

    return _forker.submit(fork).result()


def outcome(
    command: Sequence[str], *, environment: Mapping[str, str] | None = None, user: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `command` to its end; both of its outputs come back as `stdout`, and the caller looks at `returncode`."""
    return subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment,
        user=user,
        cwd="/",
        text=True,
        check=False,
    )


def end(process: Process, first: signal.Signals, patience: float) -> None:
    """Send `first` to the process, and SIGKILL to its whole group when it is still there after `patience` seconds."""
    if process.poll() is None:
        process.send_signal(first)
        with suppress(subprocess.TimeoutExpired):
            process.wait(patience)
    kill_group(process)


def kill_group(process: Process) -> None:
    """SIGKILL to the process and to all that it started."""
    children = _children(process.pid)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    for child in children:  # PostgreSQL's workers lead groups of their own
        with suppress(ProcessLookupError, PermissionError):
            os.kill(child, signal.SIGKILL)
    process.wait()


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def last_lines(log: Path, count: int = 15) -> str:
    """The end of a server's log, for the error that says why it did not start."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-count:])
    except OSError:
        return "(no log)"
