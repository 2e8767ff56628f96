"""Calls the services as a user would, and shows each call as the curl command that makes it."""

import json
import shlex
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from deploy.local.errors import LocalError


@dataclass(frozen=True)
class Call:
    method: str
    url: str
    who: str | None = None  # whose header file goes along
    body: Any = None
    idempotency_key: str | None = None

    def curl(self, headers: Path) -> str:
        parts = ["curl", "-sS"]
        if self.method != "GET":
            parts += ["-X", self.method]
        if self.who:
            parts += ["-H", f"@{headers / self.who}"]
        if self.idempotency_key:
            parts += ["-H", f"Idempotency-Key: {self.idempotency_key}"]
        if self.body is not None:
            parts += ["-H", "Content-Type: application/json", "-d", json.dumps(self.body, ensure_ascii=False)]
        return shlex.join([*parts, self.url])


class Api:
    """`people` maps the names of header files to bearer tokens."""

    def __init__(self, client: httpx.Client, people: Mapping[str, str]) -> None:
        self._client = client
        self._people = people

    def ask(self, call: Call) -> httpx.Response:
        """The answer, whatever its status."""
        headers = {"Authorization": f"Bearer {self._people[call.who]}"} if call.who else {}
        if call.idempotency_key:
            headers["Idempotency-Key"] = call.idempotency_key
        try:
            return self._client.request(call.method, call.url, json=call.body, headers=headers)
        except httpx.TransportError as error:
            raise LocalError(f"{call.method} {call.url}: {type(error).__name__}; does the service run?") from error

    def get(self, call: Call) -> Any:
        """The answer's JSON; an error status becomes an error that shows the answer."""
        response = self.ask(call)
        if response.is_error:
            raise LocalError(f"{call.method} {call.url} answered {response.status_code}: {response.text}")
        return response.json() if response.content else None

    def until(self, call: Call, fits: Callable[[Any], bool], *, seconds: float, what: str) -> Any:
        """Ask again until the answer fits; services hear of each other's facts a moment later."""
        deadline = time.monotonic() + seconds
        while True:
            response = self.ask(call)
            answer = response.json() if not response.is_error and response.content else None
            if not response.is_error and fits(answer):
                return answer
            if time.monotonic() > deadline:
                raise LocalError(
                    f"waited {seconds:.0f} s in vain until {what}: {call.method} {call.url}"
                    f" answers {response.status_code} {response.text[:1000]}"
                )
            time.sleep(0.2)
