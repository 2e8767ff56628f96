"""Readings of this machine: what it is, what processes cost, and on which core they run."""

from __future__ import annotations

import os
import platform
import subprocess
import time
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psycopg

from deploy.local.kafka_jars import kafka_jars
from deploy.local.provider import Postgres
from tests.servers.processes import descendants

_TICKS = os.sysconf("SC_CLK_TCK")
MEASURED = (
    "eventsourcing",
    "faststream",
    "aiokafka",
    "fastapi",
    "pywa",
    "psycopg",
    "pydantic",
    "uvicorn",
)


def description(postgres: Postgres) -> dict[str, Any]:
    with psycopg.connect(postgres.dsn()) as connection:
        row = connection.execute("SHOW server_version").fetchone()
    broker = next(kafka_jars().glob("kafka_2*.jar")).stem.rpartition("-")[2]
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "processor": _processor(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "postgresql": row[0] if row else "",
        "kafka": broker,
        "packages": {name: version(name) for name in MEASURED},
        "commit": commit.stdout.strip(),
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def cpu_seconds(pid: int) -> float:
    """Of a process and all its children, ended ones too."""
    return sum(_cpu(each) for each in descendants(pid))


def _cpu(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(int(value) for value in fields[11:15]) / _TICKS


def resident_mib(pid: int) -> float:
    """Physical memory of one process; PostgreSQL's shared buffers count in each of its processes."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:")) / 1024


def peak_mib(pid: int) -> float:
    """The most that one process ever held; 0 for one that has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")), 0) / 1024


def memory_mib(pid: int) -> float:
    """Of a process and its children, what they share counted once; one that ends meanwhile holds nothing."""
    total = 0
    for each in descendants(pid):
        try:
            rollup = Path(f"/proc/{each}/smaps_rollup").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        total += next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return total / 1024


def pin(pids: Iterable[int], core: int) -> None:
    """Every thread of these processes and their children onto one core."""
    for pid in pids:
        for each in descendants(pid):
            for thread in Path(f"/proc/{each}/task").iterdir():
                os.sched_setaffinity(int(thread.name), {core % (os.cpu_count() or 1)})


def unpin(pids: Iterable[int]) -> None:
    for pid in pids:
        for each in descendants(pid):
            for thread in Path(f"/proc/{each}/task").iterdir():
                os.sched_setaffinity(int(thread.name), range(os.cpu_count() or 1))


class Neighbours:
    """What the rest of this machine does meanwhile."""

    def __init__(self) -> None:
        self._begun = time.monotonic(), _busy_seconds() - cpu_seconds(os.getpid())

    def cores(self) -> float:
        """How many cores other programs than ours have kept busy since then."""
        begun, elsewhere = self._begun
        now = _busy_seconds() - cpu_seconds(os.getpid())
        return max(0.0, now - elsewhere) / (time.monotonic() - begun)


def _busy_seconds() -> float:
    """Of all cores together: user, nice, system and interrupts."""
    fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    return sum(int(fields[place]) for place in (0, 1, 2, 5, 6)) / _TICKS
