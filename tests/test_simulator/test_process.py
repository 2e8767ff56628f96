"""The simulator as a process of its own: settings, restart, kill, and who may control it."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import pytest

from tests.simulator.client import Simulator
from tests.simulator.config import Config, MissingSetting, read_config
from tests.simulator.connections import direct_client
from tests.simulator.control import control_app
from tests.simulator.server import simulator

from .conftest import CUSTOMER, NUMBER, WABA, Graph, configuration
from .receiver import SECRET, Receiver, serving

SECRETS = {"RECADO_SIMULATOR_APP_SECRET": SECRET, "RECADO_SIMULATOR_VERIFY_TOKEN": "a-verify-token"}
ARGUMENTS = ["--webhook-url", "http://127.0.0.1:9/x", "--app-id", "704118822001", "--log", "sends.jsonl"]


def test_secrets_come_from_the_environment() -> None:
    config = read_config([*ARGUMENTS, "--port", "0", "--phone-numbers", "11:+1 555,12:+1 556"], SECRETS)
    assert (config.app_secret, config.verify_token, config.port) == (SECRET, "a-verify-token", 0)
    assert config.phone_numbers == (("11", "+1 555"), ("12", "+1 556"))
    assert read_config(ARGUMENTS, SECRETS).phone_numbers == Config.phone_numbers


def test_a_missing_setting_says_how_to_give_it() -> None:
    with pytest.raises(MissingSetting, match="RECADO_SIMULATOR_APP_SECRET"):
        read_config(ARGUMENTS, {})
    with pytest.raises(MissingSetting, match="id:display"):
        read_config([*ARGUMENTS, "--phone-numbers", "x:y"], SECRETS)


@asynccontextmanager
async def process(folder: Path, webhook_url: str) -> AsyncIterator[tuple[str, asyncio.subprocess.Process]]:
    """A real process; its base URL is read from what it prints."""
    arguments = ["--port", "0", "--webhook-url", webhook_url, "--app-id", "704118822001"]
    command = [sys.executable, "-m", "tests.simulator", *arguments, "--log", str(folder / "sends.jsonl")]
    running = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, env={**os.environ, **SECRETS}
    )
    try:
        assert running.stdout is not None
        line = (await asyncio.wait_for(running.stdout.readline(), 60)).decode()
        yield line.split()[-1], running
    finally:
        if running.returncode is None:
            running.kill()
        await running.wait()


async def test_a_killed_process_comes_back_with_everything(
    tmp_path: Path, receiver: Receiver, receiver_url: str
) -> None:
    async with process(tmp_path, receiver_url) as (url, running), Simulator(url) as sim:
        token = await _connect(sim, url)
        await sim.change_rules(auto_statuses=["sent"], status_interval=30)
        async with direct_client(base_url=url) as http:
            await Graph(http, token).send()
        running.kill()
        await running.wait()
    with (tmp_path / "sends.jsonl").open("ab") as torn:
        torn.write(b'{"id":"wamid.half')
    async with process(tmp_path, receiver_url) as (url, running), Simulator(url) as sim:
        await sim.settled()
        assert [status["status"] for status in receiver.statuses] == ["sent"]
        async with direct_client(base_url=url) as http:
            await Graph(http, token).send()
        assert [one.sequence for one in await sim.sends()] == [1, 2]
        running.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(running.wait(), 10) == 0
    lines = (tmp_path / "sends.jsonl").read_bytes().splitlines()
    assert [json.loads(line)["sequence"] for line in lines] == [1, 2]


async def _connect(sim: Simulator, url: str) -> str:
    token = await sim.mint_token([WABA])
    async with direct_client(base_url=url) as http:
        graph = Graph(http, token)
        await graph.ask("POST", f"{WABA}/subscribed_apps")
        await graph.ask("POST", f"{NUMBER}/register", json={"messaging_product": "whatsapp", "pin": "123456"})
    await sim.set_window(CUSTOMER, NUMBER, seconds_ago=1)
    return token


async def test_rates_survive_a_restart(tmp_path: Path, receiver_url: str) -> None:
    config = configuration(tmp_path, receiver_url)
    async with serving(simulator(config, random=Random(1))) as url, Simulator(url) as sim:
        token = await _connect(sim, url)
        async with direct_client(base_url=url) as http:
            for _ in range(45):
                await Graph(http, token).send()
    async with serving(simulator(config, random=Random(2))) as url, direct_client(base_url=url) as http:
        assert await Graph(http, token).send_refused() == (400, 131056)


async def test_a_clock_that_was_pushed_stays_pushed_over_a_restart(tmp_path: Path, receiver_url: str) -> None:
    config = configuration(tmp_path, receiver_url)
    async with serving(simulator(config, time_source=lambda: 1000.0, random=Random(1))) as url, Simulator(url) as sim:
        await sim.advance_clock(100)
        await sim.advance_clock(23)
    async with serving(simulator(config, time_source=lambda: 2000.0, random=Random(2))) as url, Simulator(url) as sim:
        assert (await sim.state())["now"] == 2123.0
        await sim.reset(keep_accounts=True)
        assert (await sim.state())["now"] == 2000.0
    async with serving(simulator(config, time_source=lambda: 3000.0, random=Random(3))) as url, Simulator(url) as sim:
        assert (await sim.state())["now"] == 3000.0


async def test_a_missing_setting_ends_the_process_with_a_reason() -> None:
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.simulator", stderr=asyncio.subprocess.PIPE, env={"PATH": os.environ["PATH"]}
    )
    _, words = await asyncio.wait_for(running.communicate(), 60)
    assert (running.returncode, b"--webhook-url is missing" in words) == (2, True)


async def test_only_this_machine_may_control_it(tmp_path: Path, receiver_url: str) -> None:
    platform = simulator(configuration(tmp_path, receiver_url)).platform
    answers = []
    for address in ("127.0.0.1", "::1", "192.0.2.7"):
        scope = {"type": "http", "method": "GET", "path": "/health", "headers": [], "query_string": b""}
        said: list[int] = []

        async def note(message: object, said: list[int] = said) -> None:
            if isinstance(message, dict) and "status" in message:
                said.append(message["status"])

        await control_app(platform)({**scope, "client": (address, 1)}, _silence, note)
        answers += said
    assert answers == [200, 200, 403]


async def _silence() -> dict[str, object]:
    return {"type": "http.request", "body": b"", "more_body": False}
