"""The launcher as its user meets it: up, down, up again, run until Ctrl-C, reset; all of it with the real services."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.local.state import REPOSITORY, State
from tests.servers.processes import descendants, until_gone

pytestmark = pytest.mark.timeout(400)
KEYS = {
    *("gateway", "conversations", "templates", "crm", "billing", "simulator", "payments", "kafka", "databases"),
    *("app_secret", "verify_token", "organisation", "waba_id", "phone_number_id", "tokens"),
}


class Installation:
    def __init__(self, folder: Path) -> None:
        self.state = State(folder)
        self._environment = {**os.environ, "RECADO_STATE": str(folder), "NO_COLOR": "1"}

    def start(self, command: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "deploy.local", command],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=self._environment,
            cwd=REPOSITORY,
        )

    def tell(self, command: str) -> str:
        process = self.start(command)
        output, _ = process.communicate(timeout=180)
        assert process.returncode == 0, output
        return output

    def endpoints(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.state.endpoints.read_text())
        return found


@pytest.fixture
def installation() -> Iterator[Installation]:
    with tempfile.TemporaryDirectory(prefix="recado-installation-") as folder:
        Path(folder).chmod(0o755)  # PostgreSQL's own user has to pass
        installation = Installation(Path(folder))
        yield installation
        installation.tell("reset")


def seen(endpoints: dict[str, Any]) -> dict[str, Any]:
    """What the administrator finds over HTTP."""
    headers = {"Authorization": f"Bearer {endpoints['tokens']['administrator']}"}
    number = endpoints["phone_number_id"]
    with httpx.Client(headers=headers, timeout=10) as client:
        channels = client.get(f"{endpoints['gateway']}/channels").raise_for_status().json()["items"]
        users = client.get(f"{endpoints['conversations']}/users").raise_for_status().json()["items"]
        rota = client.get(f"{endpoints['conversations']}/channels/{number}/rota").raise_for_status().json()
    return {
        "channels": [(channel["phone_number_id"], channel["status"]) for channel in channels],
        "users": sorted((user["role"], user["name"]) for user in users),
        "rota": rota["members"],
    }


@pytest.mark.long
def test_what_was_killed_once_comes_up_again_with_its_addresses_and_data(installation: Installation) -> None:
    installation.tell("up")
    first = installation.endpoints()
    assert set(first) == KEYS
    assert set(first["tokens"]) == {"operator", "administrator", "agents"}
    found = seen(first)
    assert found["channels"] == [(first["phone_number_id"], "connected")]
    assert [role for role, _ in found["users"]] == ["administrator", "member", "member", "member"]
    assert len(found["rota"]) == len(first["tokens"]["agents"]) == 3
    assert operating(installation, "crm", "recado lag crm --json")["relay"] == 0
    assert operating(installation, "conversations", "recado rebuild conversations --json")
    holder = installation.state.holder()
    assert holder
    family = descendants(holder)
    assert len(family) > 6
    os.kill(holder, signal.SIGKILL)
    until_gone(family)

    installation.tell("up")
    second = installation.endpoints()
    assert {**second, "tokens": ""} == {**first, "tokens": ""}
    assert seen(first) == found, "tokens of the first start are still good, and nothing was seeded twice"
    family = descendants(installation.state.holder() or 0)
    installation.tell("down")
    until_gone(family)


def operating(installation: Installation, service: str, command: str) -> Any:
    """A command at a shell, told what the service is told."""
    program = f"set -a; . {installation.state.environments}/{service}; {Path(sys.executable).parent}/{command}"
    done = subprocess.run(["bash", "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_run_plays_the_story_with_commands_that_work_and_ends_with_ctrl_c(installation: Installation) -> None:
    run = installation.start("run")
    watchdog = threading.Timer(180, run.kill)
    watchdog.start()
    output = read_until(run, "Everything runs until Ctrl-C")
    assert "The story went through." in output
    commands = re.findall(r"^\$ (curl .*)$", output, re.MULTILINE)
    asking = [command for command in commands if "-X POST" not in command]
    answers = [subprocess.run(command, shell=True, capture_output=True, check=True).stdout for command in asking]
    assert all(json.loads(answer) for answer in answers)
    assert b'"read"' in b"".join(answers)
    family = descendants(run.pid)
    run.send_signal(signal.SIGINT)
    rest, _ = run.communicate(timeout=90)
    watchdog.cancel()
    assert run.returncode == 0, rest
    until_gone(family)


def read_until(process: subprocess.Popen[str], text: str) -> str:
    assert process.stdout
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if text in line:
            return "".join(lines)
    raise AssertionError("ended too early:\n" + "".join(lines))
