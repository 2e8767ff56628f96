"""Meta's simulator as a process of its own: nothing of it shares memory with what is tested."""

from __future__ import annotations

import os
import re
import sys
import time
from pathlib import Path

from deploy.local.process import kill_group, spawn
from deploy.local.programs import clean_environment

APP_ID = "704118822001"
APP_SECRET = "app-secret-of-the-tests"
VERIFY_TOKEN = "verify-token-of-the-tests"
ROOT = Path(__file__).parents[2]
_READY = re.compile(r"ready at (\S+)")
_PATIENCE = 30.0


class SimulatorProcess:
    """Listens on a free port; webhooks go nowhere unless `webhook_url` is given."""

    def __init__(self, folder: Path, webhook_url: str = "http://127.0.0.1:9/webhooks/whatsapp") -> None:
        self._output = (folder / "simulator.out").open("w+b")
        settings = {
            "PORT": "0",
            "WEBHOOK_URL": webhook_url,
            "APP_ID": APP_ID,
            "APP_SECRET": APP_SECRET,
            "VERIFY_TOKEN": VERIFY_TOKEN,
            "LOG": str(folder / "sends.jsonl"),
        }
        told = {f"RECADO_SIMULATOR_{name}": value for name, value in settings.items()}
        command = [sys.executable, "-m", "tests.simulator"]
        self._process = spawn(
            command, output=self._output.fileno(), environment={**clean_environment(os.environ), **told}, directory=ROOT
        )
        self.url = self._address()

    def close(self) -> None:
        kill_group(self._process)
        self._output.close()

    def _address(self) -> str:
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline and self._process.poll() is None:
            self._output.seek(0)
            told = self._output.read().decode(errors="replace")
            if found := _READY.search(told):
                return found[1]
            time.sleep(0.02)
        self._output.seek(0)
        raise RuntimeError(f"the simulator did not start: {self._output.read().decode(errors='replace')}")
