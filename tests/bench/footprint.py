"""How much memory each process takes, and how long the whole system takes to come up."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from deploy.local.components import Component
from deploy.local.launcher import Launcher
from deploy.local.settings import SERVICES, read_settings
from deploy.local.state import State
from tests.bench.figures import Findings, say
from tests.bench.ground import Ground
from tests.bench.load import Plan
from tests.bench.machine import memory_mib
from tests.bench.meta import send

HOW = (
    "What `make up` does, in a folder of its own: first with nothing there (databases and topics are made), then again "
    "on what is there. Memory is what the processes of a component hold, shared pages divided among them (PSS): idle, "
    "some seconds after the start, and the most seen while {0} webhooks/s come in for the one seeded number."
)
_RATE = 300
_NAMES = (*SERVICES, "simulator", "payments", "kafka", "postgres")


def run(ground: Ground) -> Findings:
    findings = Findings("Memory and start-up", HOW.format(_RATE))
    starts: dict[str, list[float]] = {"first": [], "again": []}
    idle: dict[str, list[float]] = {name: [] for name in _NAMES}
    loaded: dict[str, list[float]] = {name: [] for name in _NAMES}
    for _ in range(min(3, ground.size.rounds)):
        with tempfile.TemporaryDirectory(prefix="recado-", ignore_cleanup_errors=True) as root:
            Path(root).chmod(0o755)
            state = State(Path(root))
            state.prepare()
            starts["first"].append(_up(state, lambda *_: None))
            starts["again"].append(_up(state, lambda launcher, told: _weigh(ground, launcher, told, idle, loaded)))
            state.wipe()
    findings.add("start-up, first time", starts["first"], "s")
    findings.add("start-up, again", starts["again"], "s")
    for name in _NAMES:
        findings.add(f"{name}: idle", idle[name], "MiB")
        findings.add(f"{name}: under load", loaded[name], "MiB")
    return findings


def _up(state: State, then: Callable[[Launcher, dict[str, Any]], None]) -> float:
    """Seconds until everything is ready and seeded."""
    with state.locked():
        begun = time.perf_counter()
        launcher = Launcher(state, read_settings({}), lambda text: say(f"  {text}"))
        try:
            endpoints = launcher.start()
            seconds = time.perf_counter() - begun
            then(launcher, endpoints)
        finally:
            launcher.stack.stop()
    return seconds


def _weigh(
    ground: Ground,
    launcher: Launcher,
    endpoints: dict[str, Any],
    idle: dict[str, list[float]],
    loaded: dict[str, list[float]],
) -> None:
    time.sleep(5)
    for name, size in _memory(launcher).items():
        idle[name].append(size)
    port = int(endpoints["gateway"].rpartition(":")[2])
    bodies = int(_RATE * (ground.size.seconds + 1)) + 1
    plan = Plan(port, launcher.secrets.app_secret, ground.size.seconds, _RATE, bodies=bodies, place_at=_place(launcher))
    most = dict.fromkeys(_NAMES, 0.0)
    with ThreadPoolExecutor(1) as pool:
        sending = pool.submit(send, plan)
        while not sending.done():
            most = {name: max(most[name], size) for name, size in _memory(launcher).items()}
            time.sleep(0.5)
    if sending.result().refused:
        raise RuntimeError("the gateway did not acknowledge every webhook")
    for name, size in most.items():
        loaded[name].append(size)


def _place(launcher: Launcher) -> tuple[str, str]:
    return launcher.organisation.waba_id, launcher.organisation.phone_number_id


def _memory(launcher: Launcher) -> dict[str, float]:
    components: list[Component] = list(launcher.stack._components())
    return {each.name: memory_mib(each.pid) for each in components if each.pid is not None}
