"""What a launcher leaves behind: its data, and never a process."""

import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from deploy.local.components import Component
from deploy.local.errors import LocalError
from deploy.local.stack import Stack
from deploy.local.state import REPOSITORY, State
from deploy.local.survivors import born, end_survivors
from tests.servers.processes import descendants, until_gone

SERVERS_ONLY = """
import json, sys, time
from pathlib import Path
from deploy.local.launcher import Launcher
from deploy.local.settings import read_settings
from deploy.local.state import State

state = State(Path(sys.argv[1]))
state.prepare()
with state.locked():
    addresses = Launcher(state, read_settings({}), lambda text: None).start_servers()
    print(json.dumps({"kafka": addresses.kafka, "database": addresses.databases["crm"]}), flush=True)
    time.sleep(600)
"""


@pytest.fixture
def state() -> Iterator[State]:
    with tempfile.TemporaryDirectory(prefix="recado-state-") as folder:
        Path(folder).chmod(0o755)  # the server's user has to pass
        state = State(Path(folder))
        state.prepare()
        yield state
        state.wipe()


@contextmanager
def launcher(state: State) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    process = subprocess.Popen(
        [sys.executable, "-c", SERVERS_ONLY, str(state.root)], stdout=subprocess.PIPE, text=True, cwd=REPOSITORY
    )
    assert process.stdout
    try:
        yield process, json.loads(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_a_killed_launcher_leaves_no_process_and_the_next_one_finds_ports_and_data(state: State) -> None:
    with launcher(state) as (process, before):
        with psycopg.connect(before["database"]) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1")
        family = descendants(process.pid)
        names = set(state.read("children"))
        assert state.holder() == process.pid
        process.send_signal(signal.SIGKILL)
        process.wait()
        until_gone(family)
    assert names == {"kafka", "postgres"}
    assert len(family) > 2
    assert state.holder() is None
    with launcher(state) as (_, after):
        assert after == before
        with psycopg.connect(after["database"]) as connection:
            assert connection.execute("SELECT count(*) FROM kept").fetchone() == (1,)


def test_what_a_crashed_launcher_left_is_ended_and_strangers_are_not(state: State) -> None:
    left, stranger = (subprocess.Popen(["sleep", "600"], start_new_session=True) for _ in range(2))
    try:
        noted = {"crm": {"pid": left.pid, "born": born(left.pid)}, "gateway": {"pid": stranger.pid, "born": "1"}}
        state.write("children", noted)
        assert end_survivors(state) == ["crm"]
        assert left.wait(5) == -signal.SIGTERM
        assert stranger.poll() is None
        assert state.read("children") == {}
    finally:
        for process in (left, stranger):
            process.kill()
            process.wait()


class Part:
    """A component without a process, which writes down what happens to it."""

    pid = None

    def __init__(self, name: str, history: list[str], *, fails: bool = False) -> None:
        self.name = name
        self._history = history
        self._fails = fails

    def start(self) -> None:
        self._history.append(f"start {self.name}")
        if self._fails:
            raise LocalError(f"{self.name} does not start")

    def alive(self) -> bool:
        return True

    def stop(self) -> None:
        self._history.append(f"stop {self.name}")

    def kill(self) -> None:
        self._history.append(f"kill {self.name}")


def test_groups_stop_in_reverse_order_of_their_start(state: State) -> None:
    history: list[str] = []
    stack = Stack(state, lambda _: None)
    parts: list[Component] = [Part(name, history) for name in ("kafka", "simulator", "crm")]
    for part in parts:
        stack.start(part)
    stack.stop()
    assert history[3:] == ["stop crm", "stop simulator", "stop kafka"]


def test_a_part_that_does_not_start_ends_those_that_started_with_it(state: State) -> None:
    history: list[str] = []
    stack = Stack(state, lambda _: None)
    with pytest.raises(LocalError, match="crm does not start"):
        stack.start(Part("gateway", history), Part("crm", history, fails=True))
    assert {"kill gateway", "kill crm"} <= set(history)
