"""The simulator of the payment provider as a process of its own, and a client of its control API."""

from __future__ import annotations

import os
import re
import sys
import time
from pathlib import Path
from typing import Any

import httpx

from deploy.local.process import kill_group, spawn
from deploy.local.programs import clean_environment

KEY = "sk_test_OfTheTests0123456789"
SECRET = "whsec_of_the_tests_0123456789"
ROOT = Path(__file__).parents[2]
_READY = re.compile(r"ready at (\S+)")


class PaymentsProcess:
    """Listens on a free port; its notices go nowhere until a test says where to."""

    def __init__(self, folder: Path) -> None:
        self._output = (folder / "payments.out").open("w+b")
        settings = {"KEY": KEY, "SECRET": SECRET, "WEBHOOK_URL": "http://127.0.0.1:9/webhooks/payments"}
        told = {f"RECADO_PAYMENTS_SIMULATOR_{name}": value for name, value in settings.items()}
        command = [sys.executable, "-m", "tests.simulator.payments"]
        environment = {**clean_environment(os.environ), **told}
        self._process = spawn(command, output=self._output.fileno(), environment=environment, directory=ROOT)
        self.url = self._address()

    def close(self) -> None:
        kill_group(self._process)
        self._output.close()

    def _address(self) -> str:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self._process.poll() is None:
            self._output.seek(0)
            if found := _READY.search(self._output.read().decode(errors="replace")):
                return found[1]
            time.sleep(0.02)
        self._output.seek(0)
        raise RuntimeError(f"it did not start: {self._output.read().decode(errors='replace')}")


class Provider:
    """Plays the payer, and the provider's whims."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = httpx.Client(base_url=f"{url}/control", trust_env=False, timeout=30)

    def close(self) -> None:
        self._http.close()

    def does(self, method: str, path: str, **body: Any) -> Any:
        answer = self._http.request(method, path, json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def state(self) -> Any:
        return self._http.get("/state").json()

    def delivers(self, **changed: Any) -> None:
        self.does("PATCH", "/delivery", **changed)

    def pays(self, session: str, **how: Any) -> Any:
        """Somebody pays on the page of this session."""
        return self.does("POST", f"/sessions/{session}/pay", **how)

    def declines(self, card: str, customer: str) -> None:
        """What the saved methods of this customer answer from now on; `ok` pays."""
        for method in self.state()["methods"]:
            if method["customer"] == customer:
                self.does("PATCH", f"/methods/{method['id']}", card=card)

    def intents_of(self, organisation: Any) -> list[Any]:
        return [
            each for each in self.state()["intents"] if each["metadata"].get("organisation_id") == str(organisation)
        ]

    def events_of(self, kind: str, payment: str) -> list[Any]:
        def about(event: Any) -> bool:
            thing = event["data"]["object"]
            return payment in (thing["id"], thing.get("payment_intent"))

        return [each for each in self.state()["events"] if each["type"] == kind and about(each)]
