"""Shows what the programs write, each line under its program's name and colour."""

import time
from collections.abc import Mapping
from pathlib import Path
from threading import Event, Thread

from rich.console import Console
from rich.text import Text

COLOURS = ("cyan", "green", "magenta", "yellow", "blue", "red")
PAUSE = 0.2


def rotate(folder: Path) -> None:
    """Keep the logs of the run before this one beside the new ones."""
    for log in folder.glob("*.log"):
        log.replace(log.with_suffix(".log.1"))


class LogFollower:
    """Follows files from their present end on, in a thread, until stopped."""

    def __init__(self, console: Console, files: Mapping[str, Path]) -> None:
        self._console = console
        self._files = files
        self._stopped = Event()
        self._offsets = {name: file.stat().st_size if file.exists() else 0 for name, file in files.items()}
        self._thread = Thread(target=self._follow, name="logs", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Show what is left and end."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def _follow(self) -> None:
        while not self._stopped.wait(PAUSE):
            self._show_new()
        self._show_new()

    def _show_new(self) -> None:
        width = max(map(len, self._files))
        for number, (name, file) in enumerate(self._files.items()):
            prefix = Text(f"{name:<{width}} | ", style=COLOURS[number % len(COLOURS)])
            for line in self._new_lines(name, file):
                self._console.print(prefix + Text(line), soft_wrap=True)

    def _new_lines(self, name: str, file: Path) -> list[str]:
        try:
            with file.open("rb") as log:
                log.seek(self._offsets[name])
                fresh = log.read()
        except FileNotFoundError:
            return []
        whole = fresh.rfind(b"\n") + 1
        self._offsets[name] += whole
        return fresh[:whole].decode(errors="replace").splitlines()


def follow_until(file: Path, done: Event, console: Console) -> None:
    """Copy a growing file to the console until `done` is set."""
    offset = 0
    last = False
    while True:
        if file.exists():
            with file.open("rb") as log:
                log.seek(offset)
                fresh = log.read()
            offset += len(fresh)
            if fresh:
                console.out(fresh.decode(errors="replace"), end="", highlight=False)
        if last:
            return
        last = done.wait(PAUSE)
        time.sleep(0)
