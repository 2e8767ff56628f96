"""One process of ours or a rival's that works a backlog off, and what that took."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from deploy.local.process import end, spawn
from deploy.local.state import REPOSITORY
from tests.bench.backlog import Outlet
from tests.bench.figures import spelled
from tests.bench.ground import Ground
from tests.bench.machine import cpu_seconds

ONLY = "tests.bench.worker"
"""Consumer and relay of a service and nothing else."""


@dataclass(frozen=True)
class Outcome:
    """Messages a second, and microseconds of processor a message, by who spent them."""

    rate: float
    cost: Mapping[str, float]


class Shift:
    def __init__(self, ground: Ground, outlet: str) -> None:
        """`outlet` is the topic on which everything comes out."""
        self._ground = ground
        self._outlet = Outlet(ground.kafka.bootstrap, outlet)

    def run(self, module: Sequence[str], environment: Mapping[str, str], messages: int, facts: int) -> Outcome:
        """`module` and its arguments; it ends when so many facts came out, which follow from so many messages."""
        log = self._ground.folder / f"{module[0]}.log"
        before = self._outlet.count()
        with log.open("ab") as output:
            command = [sys.executable, "-m", *module]
            process = spawn(command, output=output, environment=environment, directory=REPOSITORY)
        try:
            return self._watch(process, before, messages, facts, log)
        finally:
            end(process, signal.SIGTERM, 10)

    def _watch(self, process: subprocess.Popen[bytes], before: int, messages: int, facts: int, log: Path) -> Outcome:
        servers = {"PostgreSQL": self._ground.postgres.pid, "Kafka": self._ground.kafka.pid}
        pids = {"worker": process.pid, **{name: pid for name, pid in servers.items() if pid is not None}}
        spent: dict[str, float] = {}

        def begun() -> None:
            spent.update({name: cpu_seconds(pid) for name, pid in pids.items()})

        flow = self._outlet.flow(before, facts, lambda: process.poll() is None, begun, log)
        share = max(1.0, messages * flow.events / facts)
        cost = {name: (cpu_seconds(pid) - spent[name]) / share * 1e6 for name, pid in pids.items()}
        return Outcome(share / max(flow.seconds, 1e-3), cost)


def cost_of(outcomes: Sequence[Outcome], of: str = "message") -> str:
    """Of the median round, roughly: medians of each."""
    costs = {name: median(outcome.cost[name] for outcome in outcomes) for name in outcomes[0].cost}
    return f"processor, µs a {of}: " + ", ".join(f"{name} {spelled(cost)}" for name, cost in costs.items())
