"""The subscribers as programs: each with a file for its state, told of Recado by its environment alone."""

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from deploy.local.errors import LocalError

FOLDER = Path(__file__).parent
COMMANDS = {
    "Python": [sys.executable, str(FOLDER / "python/open_conversations.py")],
    "TypeScript": ["node", str(FOLDER / "typescript/build/subscriber.js")],
    "Go": [str(FOLDER / "go/build/subscriber")],
}
READ_SECONDS = 60


class Programs:
    """One of each language, with states of their own."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        folder.mkdir()
        self._states = {name: folder / f"{name}.json" for name in COMMANDS}
        self._environment = environment

    @contextmanager
    def following(self) -> Iterator[None]:
        """They run, and are killed in the end, wherever they are."""
        running = [self._start(name, stdout=subprocess.DEVNULL) for name in COMMANDS]
        try:
            self._await_states()
            yield
        finally:
            for program in running:
                program.kill()
                program.wait()

    def read(self) -> dict[str, str]:
        """What each says at the end of what there is now."""
        return {name: self._read(name) for name in COMMANDS}

    def _read(self, name: str) -> str:
        with self._start(name, "--until-end", stdout=subprocess.PIPE) as program:
            try:
                told, _ = program.communicate(timeout=READ_SECONDS)
            except subprocess.TimeoutExpired:
                program.kill()
                raise LocalError(f"{name} is not at the end after {READ_SECONDS} s") from None
        if program.returncode:
            raise LocalError(f"{name} ended with {program.returncode}")
        return told.rstrip("\n")

    def _start(self, name: str, *options: str, stdout: int) -> subprocess.Popen[str]:
        command = [*COMMANDS[name], str(self._states[name]), *options]
        return subprocess.Popen(command, env=self._environment, stdout=stdout, text=True)  # noqa: S603 - our own

    def _await_states(self) -> None:
        deadline = time.monotonic() + READ_SECONDS
        while missing := [name for name, file in self._states.items() if not file.exists()]:
            if time.monotonic() > deadline:
                raise LocalError(f"after {READ_SECONDS} s nothing was stored by: {', '.join(missing)}")
            time.sleep(0.1)
