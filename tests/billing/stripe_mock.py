"""stripe-mock, Stripe's own checker of requests: built once a machine with Go, run on a free port."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import httpx

from deploy.local.downloads import fetched
from deploy.local.errors import LocalError
from deploy.local.ports import free_port
from deploy.local.process import kill_group, spawn

VERSION = "v0.203.0"
MODULE = f"github.com/stripe/stripe-mock@{VERSION}"
_PATIENCE = 30.0


def program() -> Path:
    """Its path; built by the first call of a machine. Raises LocalError where Go is missing."""
    return fetched(f"stripe-mock-{VERSION}", _build) / "stripe-mock"


def _build(folder: Path) -> None:
    go = shutil.which("go")
    if go is None:
        raise LocalError("stripe-mock is written in Go: install the package golang (`.ci/install go`), then try again")
    folder.mkdir(parents=True)
    environment = {**os.environ, "GOBIN": str(folder), "GOFLAGS": "-buildvcs=false"}
    done = subprocess.run([go, "install", MODULE], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise LocalError(f"`go install {MODULE}` failed:\n{done.stderr}")


class StripeMock:
    def __init__(self, folder: Path) -> None:
        self._output = (folder / "stripe-mock.out").open("w+b")
        port = free_port()
        command = [str(program()), "-http-port", str(port), "-strict-version-check=false"]
        self._process = spawn(command, output=self._output.fileno(), environment=dict(os.environ), directory=folder)
        self.url = f"http://127.0.0.1:{port}"
        self._await_ready()

    def close(self) -> None:
        kill_group(self._process)
        self._output.close()

    def _await_ready(self) -> None:
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                httpx.get(f"{self.url}/v1/customers", trust_env=False, timeout=2)
                return
            except httpx.TransportError:
                time.sleep(0.05)
        self._output.seek(0)
        raise RuntimeError(f"stripe-mock did not start: {self._output.read().decode(errors='replace')}")
