"""The whole system through the local launcher, with more than one worker a service, all of them ours to kill."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx

from deploy.local.components import ProgramComponent, ServerComponent
from deploy.local.launcher import Launcher
from deploy.local.ports import free_port
from deploy.local.programs import Program
from deploy.local.provider import Kafka, Postgres
from deploy.local.settings import SERVICES, read_settings
from deploy.local.state import State
from tests.crash.worker import Tally, Worker

READY_SECONDS = 60.0
Endpoints = dict[str, Any]
TWO_OF_EACH = dict.fromkeys(SERVICES, 2)


class Installation:
    """Made by `running`. Its first worker of each service answers HTTP, the others only work."""

    def __init__(self, launcher: Launcher, endpoints: Endpoints, folder: Path, each: Mapping[str, int]) -> None:
        self.endpoints = endpoints
        self.folder = folder
        self.launcher = launcher
        self.tally = Tally()
        self.workers: list[Worker] = []
        self.kafka: Kafka = self._server("kafka")
        self.postgres: Postgres = self._server("postgres")
        taken: set[int] = set()
        for service in SERVICES:
            component = self._component(service)
            assert isinstance(component, ProgramComponent)
            first = self._worker(service, component._program)
            first.adopt(component._process)
            component._process = None
            for number in range(2, each[service] + 1):
                port = free_port(frozenset(taken))
                taken.add(port)
                self._worker(service, _another(component._program, number, port)).start()

    def of(self, *services: str) -> list[Worker]:
        return [worker for worker in self.workers if worker.service in (services or SERVICES)]

    async def up(self, http: httpx.AsyncClient, seconds: float = READY_SECONDS) -> None:
        """Starts what is down, and waits until everybody is ready. Raises TimeoutError with who is not."""
        for worker in self.workers:
            if not worker.died_at_its_point() and worker.point is not None:
                worker.kill()
        deadline = asyncio.get_running_loop().time() + seconds
        while True:
            self.restart_the_dead()
            ready = await asyncio.gather(*(worker.is_ready(http) for worker in self.workers))
            if all(ready):
                return
            if asyncio.get_running_loop().time() > deadline:
                missing = [w.name for w, well in zip(self.workers, ready, strict=True) if not well]
                raise TimeoutError(f"not ready within {seconds:.0f} s: {', '.join(missing)}")
            await asyncio.sleep(0.2)

    def restart_the_dead(self) -> None:
        """As a supervisor does; whoever is to die at a point is left alone."""
        for worker in self.workers:
            worker.ended_unasked()
            if worker.is_down and worker.wanted:
                worker.start()

    def stop(self) -> None:
        for worker in self.workers:
            worker.wake()
            worker.kill()
        for server in (self.kafka, self.postgres):
            with suppress(Exception):
                server.start()
        self.launcher.stack.stop()

    def _worker(self, service: str, program: Program) -> Worker:
        worker = Worker(service, program, self.folder / "logs" / f"{program.name}.log", self.tally)
        self.workers.append(worker)
        return worker

    def _component(self, name: str) -> Any:
        return next(each for each in self.launcher.stack._components() if each.name == name)

    def _server(self, name: str) -> Any:
        component = self._component(name)
        assert isinstance(component, ServerComponent)
        return component._server


@contextmanager
def running(folder: Path, say: Callable[[str], None], each: Mapping[str, int] = TWO_OF_EACH) -> Iterator[Installation]:
    """Everything up, so many workers of each service; whatever happens, everything is stopped."""
    state = State(folder)
    state.prepare()
    with state.locked():
        launcher = Launcher(state, read_settings({}), say)
        installation: Installation | None = None
        try:
            endpoints = launcher.start()
            installation = Installation(launcher, endpoints, folder, each)
            yield installation
        finally:
            if installation is None:
                launcher.stack.stop()
            else:
                installation.stop()


def _another(program: Program, number: int, port: int) -> Program:
    environment = {**program.environment, "RECADO_HTTP_PORT": str(port), "RECADO_ROLES": "worker,media"}
    ready = f"http://127.0.0.1:{port}/health/ready"
    return replace(program, name=f"{program.name}-{number}", environment=environment, ready_url=ready)


def open_to_all(folder: str) -> Path:
    """The database server's own user must be able to pass through."""
    path = Path(folder)
    path.chmod(0o755)
    return path
