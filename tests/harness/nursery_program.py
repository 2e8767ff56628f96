"""The process that programs are forked from. It imports what they have in common, and never starts a thread."""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import sys
from contextlib import suppress
from typing import Any

from recado_chassis import crash

COMMON = (
    "aiokafka",
    "confluent_kafka.admin",
    "faststream.kafka",
    "uvicorn",
    "recado_chassis.running.program",
    "recado_chassis.running.process",
    *(f"{service}.main" for service in ("gateway", "conversations", "templates", "crm", "billing")),
)
PR_SET_PDEATHSIG = 1
LARGEST = 1 << 20


def main() -> None:
    asking = socket.socket(fileno=int(sys.argv[1]))
    for name in COMMON:
        importlib.import_module(name)
    gc.freeze()
    running: dict[int, tuple[int, socket.socket]] = {}
    while True:
        for ready in select.select([asking.fileno(), *running], [], [])[0]:
            if ready in running:
                _tell_end(ready, *running.pop(ready))
                continue
            told, descriptors, _, _ = socket.recv_fds(asking, LARGEST, 3)
            if not told:
                return
            pid = os.fork()
            if pid == 0:
                for inherited in (asking, *(status for _, status in running.values())):
                    inherited.detach()
                _become(json.loads(told), descriptors)
                return
            status = socket.socket(fileno=descriptors[0])
            for descriptor in descriptors[1:]:
                os.close(descriptor)
            status.send(str(pid).encode())
            running[os.pidfd_open(pid)] = pid, status


def _tell_end(watched: int, pid: int, status: socket.socket) -> None:
    os.close(watched)
    _, how = os.waitpid(pid, 0)
    with suppress(OSError):  # nobody may wait for it any more
        status.send(str(os.waitstatus_to_exitcode(how)).encode())
    status.close()


def _become(told: dict[str, Any], descriptors: list[int]) -> None:
    os.setsid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(descriptors[1], 1)
    os.dup2(descriptors[2], 2)
    os.closerange(3, 1024)
    # Those that Python has opened remember whether the nursery's own could seek.
    sys.stdin = os.fdopen(0, closefd=False)
    sys.stdout = os.fdopen(1, "w", closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, errors="backslashreplace", closefd=False)
    os.chdir(told["directory"])
    os.environ.clear()
    os.environ.update(told["environment"])
    crash._point = os.environ.get(crash.SETTING)
    program, *arguments = told["arguments"]
    module, _, function = program.partition(":")
    sys.argv = ["recado" if function else module, *arguments]
    if function:
        getattr(importlib.import_module(module), function)()
    else:
        runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
