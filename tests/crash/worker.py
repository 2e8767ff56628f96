"""One process of a service: started with whatever environment, killed, frozen, woken and stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from recado_chassis.crash import SETTING

from deploy.local.process import kill_group
from deploy.local.programs import Program
from tests.harness.nursery import Nursling, started


@dataclass(slots=True)
class Tally:
    """What was done to processes. `kills` counts by what was killed and where: `gateway at relay.after_publish`."""

    kills: Counter[str] = field(default_factory=Counter)
    ended_unasked: list[str] = field(default_factory=list)
    """Processes that ended by themselves, with their exit code: each was started again."""
    stops: list[float] = field(default_factory=list)
    """Seconds from SIGTERM to the end."""
    bad_stops: list[str] = field(default_factory=list)


class Worker:
    """`service` is what it runs, `program.name` its own name. The tally hears of every end."""

    def __init__(self, service: str, program: Program, log: Path, tally: Tally) -> None:
        self.service = service
        self.name = program.name
        self.settings: dict[str, str] = {}
        """Beside its program's environment, for every start until it is changed."""
        self._program = program
        self._log = log
        self._tally = tally
        self.wanted = True
        """Whether a supervisor starts it when it is down."""
        self._process: subprocess.Popen[bytes] | Nursling | None = None
        self._point: str | None = None
        self._stopping = False

    def adopt(self, process: subprocess.Popen[bytes] | None) -> None:
        self._process = process

    @property
    def url(self) -> str:
        return self._program.ready_url.partition("/health")[0]

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self._process.poll() is None else None

    @property
    def is_down(self) -> bool:
        """Nobody runs it, and nobody waits for it to die."""
        return self._process is None and self._point is None

    @property
    def point(self) -> str | None:
        """Where it dies by itself."""
        return self._point

    def start(self, point: str | None = None) -> None:
        """Returns at once; `point` is where it is to die."""
        assert self.pid is None, f"{self.name} runs already"
        self._point = point
        extra = {**self.settings, **({SETTING: point} if point else {})}
        with self._log.open("ab") as output:
            self._process = started(
                self._program.command,
                {**self._program.environment, **extra},
                stdout=output.fileno(),
                stderr=subprocess.STDOUT,
            )

    def died_at_its_point(self) -> bool:
        """Whether it is gone; counted once, and not as an end by itself."""
        if self._process is None or self._process.poll() is None or self._point is None:
            return False
        if self._process.returncode == -signal.SIGKILL:
            self._tally.kills[f"{self.service} at {self._point}"] += 1
        else:
            self._tally.ended_unasked.append(f"{self.name}: {self._process.returncode}")
        self._process = self._point = None
        return True

    def ended_unasked(self) -> bool:
        """Whether it ended without anybody's doing."""
        process = self._process
        if process is None or process.poll() is None or self._point is not None:
            return False
        if self._stopping or self._process is not process:  # another thread stops it, or has just done so
            return False
        self._tally.ended_unasked.append(f"{self.name}: {process.returncode}")
        self._process = None
        return True

    def kill(self) -> None:
        """As the machine would: nothing is tidied up."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self._tally.kills[f"{self.service} anywhere"] += 1
        kill_group(self._process)
        self._process = self._point = None

    def stop(self, patience: float) -> None:
        """SIGTERM, as a rolling deployment sends it; it should end by itself, with exit code 0."""
        if self._process is None:
            return
        begun, self._stopping = time.monotonic(), True
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(patience)
        self._tally.stops.append(time.monotonic() - begun)
        if self._process.poll() != 0:
            self._tally.bad_stops.append(f"{self.name}: {self._process.poll()}")
        kill_group(self._process)
        self._process, self._stopping = None, False

    def freeze(self) -> None:
        self._signal(signal.SIGSTOP)

    def wake(self) -> None:
        self._signal(signal.SIGCONT)

    async def is_ready(self, http: httpx.AsyncClient) -> bool:
        try:
            return (await http.get(f"{self.url}/health/ready", timeout=3)).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    async def leads(self, http: httpx.AsyncClient) -> bool:
        """Whether its relay is the one that publishes."""
        try:
            told = (await http.get(f"{self.url}/metrics", timeout=3)).text
        except httpx.TransportError:
            return False
        return "recado_relay_leading_state 1.0" in told

    def _signal(self, number: signal.Signals) -> None:
        if (pid := self.pid) is not None:
            os.kill(pid, number)
