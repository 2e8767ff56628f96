"""A service's process as its launcher sees it."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import httpx

from tests.harness.nursery import started

ROOT = Path(__file__).parents[4]


class Running:
    """Starts the program at once; what it says is read all the time."""

    def __init__(self, environment: dict[str, str], module: str = "tests.libs.chassis.edges.boxes_program") -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("RECADO_")}
        command = [sys.executable, "-m", module]
        self.process = started(command, kept | environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.lines.extend(iter(self.process.stdout.readline, ""))

    def entries(self, event: str) -> list[dict[str, Any]]:
        return [entry for entry in map(json.loads, list(self.lines)) if entry["event"] == event]

    def port(self, patience: float = 30.0) -> int:
        """The HTTP port it says it listens on."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline and self.process.poll() is None:
            if started := self.entries("started"):
                return int(started[0]["ports"][0])
            time.sleep(0.05)
        raise AssertionError(f"not started: {self.lines} {self.stderr()}")

    def wait_ready(self, patience: float = 30.0) -> None:
        url = f"http://127.0.0.1:{self.port()}/health/ready"
        deadline = time.monotonic() + patience
        with httpx.Client(trust_env=False) as client:
            while (answer := client.get(url)).status_code != 200:
                assert time.monotonic() < deadline, f"not ready: {answer.text}"
                time.sleep(0.05)

    def stop(self, patience: float = 30.0) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.wait(patience)

    def wait(self, patience: float = 30.0) -> int:
        code = self.process.wait(patience)
        self._reader.join(5)
        return code

    def stderr(self) -> str:
        assert self.process.stderr is not None
        return self.process.stderr.read() if self.process.poll() is not None else ""

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
