"""Tells a story step by step: what happens, the command that shows it, and what it answers."""

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.json import JSON

from deploy.local.api import Api, Call

Json = dict[str, Any]
STEP_SECONDS = 30


class Teller:
    """Numbers the steps, and makes the calls. `headers` is the folder of the files that curl takes them from."""

    def __init__(self, api: Api, endpoints: Json, headers: Path, console: Console) -> None:
        self.endpoints = endpoints
        self._api = api
        self._headers = headers
        self._console = console
        self._step = 0

    def tell(self, text: str) -> None:
        self._step += 1
        self._console.print(f"\n[bold]{self._step}. {text}[/]", soft_wrap=True)

    def url(self, service: str, path: str) -> str:
        return f"{self.endpoints[service]}{path}"

    def shows(self, service: str, path: str, who: str, fits: Callable[[Any], bool] = lambda _: True) -> Any:
        """Somebody looks, once the answer fits."""
        return self.show(Call("GET", self.url(service, path), who), fits)

    def tries(self, service: str, path: str, who: str, body: Any, fits: Callable[[Any], bool]) -> Any:
        """Somebody asks something that changes nothing, once the answer fits."""
        return self.show(Call("POST", self.url(service, path), who, body), fits, patient=True)

    def does(self, service: str, path: str, who: str, body: Any = None) -> Any:
        """Somebody acts, with a key of its own, so that the printed command may be repeated and does nothing more."""
        return self.show(Call("POST", self.url(service, path), who, body, str(uuid.uuid4())))

    def quietly(self, call: Call) -> Any:
        return self._api.get(call)

    def show(self, call: Call, fits: Callable[[Any], bool] = lambda _: True, *, patient: bool = False) -> Any:
        """Print the command and its answer, once the answer fits; what changes something is asked once."""
        command = call.curl(self._headers)
        self._console.print(f"$ {command}", style="cyan", highlight=False, markup=False, soft_wrap=True)
        if patient or call.method == "GET":
            answer = self._api.until(call, fits, seconds=STEP_SECONDS, what="the answer shows this step")
        else:
            answer = self._api.get(call)
        self._console.print(JSON.from_data(answer), soft_wrap=True)
        return answer
