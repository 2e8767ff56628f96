"""Python programs in processes of their own which need not import everything anew: they are forked from one that has.

A test starts dozens of services and commands; importing takes 1.3 s of processor each time, forking 10 ms. The one they
are forked from has imported the services and done nothing else. Each program gets the arguments, environment and
outputs it is given, runs as `__main__`, leads a group of its own and dies with its nursery, which dies with the tests.
"""

from __future__ import annotations

import array
import atexit
import functools
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

ROOT = Path(__file__).parents[2]
PROGRAM = "tests.harness.nursery_program"


class Nursling:
    """A program that was started; what subprocess.Popen offers, as far as tests ask for it."""

    def __init__(self, pid: int, status: socket.socket, stdout: IO[str] | None, stderr: IO[str] | None) -> None:
        self.pid = pid
        self.stdout = stdout
        self.stderr = stderr
        self.returncode: int | None = None
        self._status = status
        self._asking = threading.Lock()

    def poll(self) -> int | None:
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        code = self._ended(timeout)
        if code is None:
            raise subprocess.TimeoutExpired([str(self.pid)], timeout or 0)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.wait()

    def _ended(self, timeout: float | None) -> int | None:
        with self._asking:
            if self.returncode is None and select.select([self._status], [], [], timeout)[0]:
                told = self._status.recv(64)
                self.returncode = int(told) if told else -signal.SIGKILL
                self._status.close()
        return self.returncode


def started(
    command: Sequence[str],
    environment: Mapping[str, str],
    *,
    stdout: int = subprocess.DEVNULL,
    stderr: int = subprocess.DEVNULL,
    directory: Path = ROOT,
) -> Nursling:
    """`command` is what would be executed: this Python with `-m`, or the console script `recado`. The outputs are
    descriptors, or subprocess.PIPE, or DEVNULL; stderr may be subprocess.STDOUT."""
    with ExitStack() as ours:
        out, reading = ours.enter_context(_output(stdout))
        err, reading_errors = (out, None) if stderr == subprocess.STDOUT else ours.enter_context(_output(stderr))
        kept, given = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.callback(given.close)
        told = {"arguments": _arguments(command), "environment": dict(environment), "directory": str(directory)}
        _nursery().ask(json.dumps(told).encode(), [given.fileno(), out, err])
    return Nursling(int(kept.recv(64)), kept, reading, reading_errors)


def run(
    command: Sequence[str], environment: Mapping[str, str], timeout: float = 120
) -> subprocess.CompletedProcess[str]:
    """To its end; what it said is in `stdout` and `stderr`."""
    with started(command, environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        late = threading.Timer(timeout, process.kill)
        late.start()
        errors: list[str] = []
        reader = threading.Thread(target=lambda: errors.append(process.stderr.read() if process.stderr else ""))
        reader.start()
        said = process.stdout.read()
        reader.join()
        late.cancel()
        return subprocess.CompletedProcess(list(command), process.wait(), said, errors[0])


def _arguments(command: Sequence[str]) -> list[str]:
    """A module and its arguments."""
    if command[:2] == [sys.executable, "-m"]:
        return list(command[2:])
    assert Path(command[0]).name == "recado", command
    return ["recado_chassis.running.program:main", *command[1:]]


@contextmanager
def _output(wanted: int) -> Iterator[tuple[int, IO[str] | None]]:
    """The descriptor that the program gets, closed at the end, and what we read from it."""
    if wanted == subprocess.PIPE:
        reading, writing = os.pipe()
        try:
            yield writing, os.fdopen(reading)
        finally:
            os.close(writing)
    elif wanted == subprocess.DEVNULL:
        with Path(os.devnull).open("w") as nowhere:
            yield nowhere.fileno(), None
    else:
        yield wanted, None


class _Nursery:
    def __init__(self) -> None:
        self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._turn = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", PROGRAM, str(theirs.fileno())],
            cwd=ROOT,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
        theirs.close()
        atexit.register(self.close)

    def ask(self, told: bytes, descriptors: list[int]) -> None:
        with self._turn:
            rights: list[Any] = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))]
            self._ours.sendmsg([told], rights)

    def close(self) -> None:
        self._ours.close()
        self._process.wait()


@functools.cache
def _nursery() -> _Nursery:
    return _Nursery()
