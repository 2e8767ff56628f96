"""`make examples`: the subscribers in Python, TypeScript and Go beside a running Recado, while customers write.

Those that were there from the beginning are killed in the middle of it and go on from what they had stored; others come
late. In the end all have to say the same, and what `GET /conversations` says. It is kept in `docs/reports/examples.md`.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
from rich.console import Console

from contracts.subscribers.programs import Programs
from contracts.subscribers.traffic import Traffic
from deploy.local.api import Api
from deploy.local.credentials import service_token, settle_secrets
from deploy.local.endpoints import people
from deploy.local.errors import LocalError
from deploy.local.machine import machine
from deploy.local.state import REPOSITORY, State

AGREE_SECONDS = 30

console = Console(highlight=False, markup=False, soft_wrap=True, record=True)


def main() -> int:
    state, begun = State(), time.monotonic()
    with _running(state), tempfile.TemporaryDirectory() as folder, httpx.Client(timeout=30) as client:
        endpoints = state.read("endpoints")
        traffic = Traffic(Api(client, people(endpoints)), endpoints, state.read("organisation")["agents"])
        early, late = (Programs(Path(folder) / name, _environment(state)) for name in ("early", "late"))
        _play(early, traffic)
        code = _compare(early, late, traffic, endpoints["organisation"])
    _report(time.monotonic() - begun)
    return code


def _play(early: Programs, traffic: Traffic) -> None:
    console.print("1. A subscriber in Python, one in TypeScript and one in Go begin: the log first, then Kafka")
    with early.following():
        console.print("2. Twelve customers write; one conversation is handed over, two are closed, one is reopened")
        talks = traffic.customers_write(12)
        traffic.hand_over(talks[0])
        traffic.close(talks[1])
        traffic.close(talks[2])
        traffic.reopen(talks[2])
    console.print("3. All three are killed; six more customers write; others are handed over, closed, reopened")
    traffic.customers_write(6)
    traffic.hand_over(talks[3])
    traffic.close(talks[4])
    traffic.close(talks[5])
    traffic.reopen(talks[5])


def _compare(early: Programs, late: Programs, traffic: Traffic, organisation: str) -> int:
    console.print("4. The killed ones go on from what they had stored; new ones begin only now")
    deadline = time.monotonic() + AGREE_SECONDS
    while True:
        told = {f"{name}, killed": line for name, line in early.read().items()}
        told |= {f"{name}, new": line for name, line in late.read().items()}
        shown = traffic.shown()
        differ = [name for name, line in told.items() if json.loads(line).get(organisation, {}) != shown]
        if not differ and len(set(told.values())) == 1:
            break
        if time.monotonic() > deadline:
            return _differ(differ, told, shown)
        time.sleep(0.5)
    for name in told:
        console.print(f"   {name}: as GET /conversations")
    console.print(f"5. All say the same: {next(iter(told.values()))}")
    return 0


def _differ(differ: list[str], told: dict[str, str], shown: dict[str, list[str]]) -> int:
    console.print(
        f"   After {AGREE_SECONDS} s not as GET /conversations: {', '.join(differ) or 'another organisation'}"
    )
    console.print(f"   GET /conversations: {json.dumps(shown, sort_keys=True)}")
    for name, line in told.items():
        console.print(f"   {name}: {line}")
    return 1


def _report(seconds: float) -> None:
    """What was said, with what one needs to know to believe it."""
    when = f"{datetime.now(UTC).isoformat(timespec='minutes')}, {seconds:.0f} s, {machine()}"
    said = console.export_text()
    page = f"# What `make examples` said last\n\n{when}.\n\n```\n{said}```\n"
    (REPOSITORY / "docs" / "reports" / "examples.md").write_text(page)


def _environment(state: State) -> dict[str, str]:
    endpoints = state.read("endpoints")
    return {
        **os.environ,
        "RECADO_KAFKA": endpoints["kafka"],
        "RECADO_EVENTS_URLS": json.dumps({"conversations": endpoints["conversations"]}),
        "RECADO_SERVICE_TOKEN": service_token(settle_secrets(state), "examples"),
    }


@contextmanager
def _running(state: State) -> Iterator[None]:
    """A system that runs already is used and stays; otherwise one is started, and stopped in the end."""
    if state.holder():
        yield
        return
    console.print("Recado does not run: `make up`")
    try:
        _launcher("up")
        yield
    finally:
        console.print("`make down`")
        _launcher("down")


def _launcher(command: str) -> None:
    done = subprocess.run([sys.executable, "-m", "deploy.local", command], cwd=REPOSITORY, check=False)  # noqa: S603
    if done.returncode:
        raise LocalError(f"`make {command}` ended with {done.returncode}")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except LocalError as error:
        console.print(str(error))
        sys.exit(1)
