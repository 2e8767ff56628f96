"""Synchronous work beside an event loop: bounded, with the caller's context, its errors told to the caller."""

import asyncio
import contextvars
import subprocess
import sys
import threading
import time

import pytest
from recado_chassis.crash import SETTING, crash
from recado_chassis.threads import WORKERS, in_thread

trace: contextvars.ContextVar[str] = contextvars.ContextVar("trace")


async def test_work_runs_in_threads_of_its_own_and_never_in_too_many() -> None:
    names: set[str] = set()
    running: list[int] = []
    most: list[int] = []

    def work(number: int, *, add: int) -> int:
        names.add(threading.current_thread().name)
        running.append(number)
        most.append(len(running))
        time.sleep(0.02)
        running.pop()
        return number + add

    done = await asyncio.gather(*(in_thread(work, number, add=1) for number in range(3 * WORKERS)))

    assert done == list(range(1, 3 * WORKERS + 1))
    assert max(most) <= WORKERS
    assert all(name.startswith("recado") for name in names)


async def test_context_goes_along_and_errors_come_back() -> None:
    trace.set("00-abc")
    assert await in_thread(trace.get) == "00-abc"

    with pytest.raises(ZeroDivisionError):
        await in_thread(lambda: 1 // 0)


def test_a_crash_point_does_nothing_unless_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SETTING, raising=False)
    crash("relay.after_publish")
    monkeypatch.setenv(SETTING, "another.point")
    crash("relay.after_publish")


def test_a_named_crash_point_kills_the_process_without_any_chance_to_tidy_up() -> None:
    program = "from recado_chassis.crash import crash\ntry:\n    crash('a.point')\nfinally:\n    print('tidied up')"

    done = subprocess.run(
        [sys.executable, "-c", program], env={SETTING: "a.point"}, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout) == (-9, "")
