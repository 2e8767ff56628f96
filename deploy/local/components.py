"""What a stack is made of: things that start, show whether they live, and stop."""

import signal
import subprocess
import time
from pathlib import Path
from typing import Protocol

import httpx

from deploy.local.errors import LocalError
from deploy.local.process import end, kill_group, last_lines, spawn
from deploy.local.programs import Program
from deploy.local.provider import Kafka, Postgres
from deploy.local.state import REPOSITORY

START_SECONDS = 90
STOP_SECONDS = 30


class Component(Protocol):
    name: str

    @property
    def pid(self) -> int | None:
        """The process that runs it here; None when it is not running, or not ours."""

    def start(self) -> None:
        """Start it and wait until it is ready."""

    def alive(self) -> bool:
        """False once it has ended by itself."""

    def stop(self) -> None:
        """End it in its own time, but end it."""

    def kill(self) -> None:
        """End it now."""


class ServerComponent:
    """Kafka or PostgreSQL of the provider as a part of the stack."""

    def __init__(self, name: str, server: Kafka | Postgres) -> None:
        self.name = name
        self._server = server
        self._ours = False

    @property
    def pid(self) -> int | None:
        return self._server.pid

    def start(self) -> None:
        self._server.start()
        self._ours = self._server.pid is not None

    def alive(self) -> bool:
        return not self._ours or self._server.pid is not None

    def stop(self) -> None:
        self._ours = False
        self._server.close()

    def kill(self) -> None:
        self._ours = False
        if self.pid:
            self._server.kill()


class ProgramComponent:
    """A service or the simulator: a child process that is ready when its URL answers 200."""

    def __init__(self, program: Program, log: Path) -> None:
        self.name = program.name
        self._program = program
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self) -> None:
        with self._log.open("ab") as output:
            self._process = spawn(
                self._program.command, output=output, environment=self._program.environment, directory=REPOSITORY
            )
        self._await_ready(self._process)

    def alive(self) -> bool:
        return self._process is None or self._process.poll() is None

    def stop(self) -> None:
        if self._process:
            end(self._process, signal.SIGTERM, STOP_SECONDS)
            self._process = None

    def kill(self) -> None:
        if self._process:
            kill_group(self._process)
            self._process = None

    def _await_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_SECONDS
        answer = "no answer"
        with httpx.Client(timeout=5, trust_env=False) as client:
            while time.monotonic() < deadline:
                if process.poll() is not None:
                    raise LocalError(f"{self.name} ended while starting; {self._log} says:\n{last_lines(self._log)}")
                try:
                    response = client.get(self._program.ready_url)
                    if response.status_code == httpx.codes.OK:
                        return
                    answer = f"{response.status_code} {response.text[:500]}"
                except httpx.TransportError as error:
                    answer = type(error).__name__
                time.sleep(0.1)
        raise LocalError(
            f"{self.name} was not ready after {START_SECONDS} s: {self._program.ready_url} says {answer};"
            f" {self._log} ends with:\n{last_lines(self._log)}"
        )
