"""Which processes belong to one, and whether they are gone."""

import time
from pathlib import Path

from deploy.local.survivors import born


def descendants(pid: int) -> set[int]:
    found = {pid}
    for child in Path(f"/proc/{pid}/task").glob("*/children"):
        for number in child.read_text().split():
            found |= descendants(int(number))
    return found


def until_gone(pids: set[int]) -> None:
    deadline = time.monotonic() + 15
    while left := {pid for pid in pids if runs(pid)}:
        assert time.monotonic() < deadline, f"still running: {left}"
        time.sleep(0.05)


def runs(pid: int) -> bool:
    try:
        born(pid)
    except ProcessLookupError:
        return False
    return True
