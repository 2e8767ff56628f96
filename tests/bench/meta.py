"""Starts the load's process and lets it run."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict

from deploy.local.state import REPOSITORY
from tests.bench.load import Answer, Plan
from tests.bench.machine import pin


def send(plan: Plan, *, core: int | None = None, meanwhile: Callable[[], None] = lambda: None) -> Answer:
    """Webhooks as planned. `meanwhile` is called once they are on their way."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.load"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
    )
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(asdict(plan)) + "\n")
        process.stdin.flush()
        if process.stdout.readline() != "ready\n":
            raise RuntimeError("the load did not begin")
        if core is not None:
            pin([process.pid], core)
        process.stdin.write("go\n")
        process.stdin.flush()
        meanwhile()
        told = process.stdout.readline()
    if not told:
        raise RuntimeError("the load broke off")
    return Answer(**json.loads(told))
