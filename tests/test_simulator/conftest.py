"""A simulator and a receiver, both real servers on free ports in the test's own loop."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from tests.simulator.client import Simulator
from tests.simulator.config import Config
from tests.simulator.connections import direct_client
from tests.simulator.server import simulator
from tests.simulator.signing import JsonObject

from .receiver import SECRET, Receiver, serving

WABA, NUMBER, OTHER_NUMBER = "102290129340398", "106540352242922", "106540352242933"
CUSTOMER, USER_ID = "5511987650001", "BR.13491208655302741918"


@dataclass
class Graph:
    """A caller of the simulated Graph API; `refused` gives (HTTP status, code, subcode, details)."""

    http: httpx.AsyncClient
    token: str

    async def call(self, method: str, path: str, *, token: str | None = None, **options: Any) -> httpx.Response:
        shown = self.token if token is None else token
        headers = {"Authorization": f"Bearer {shown}"} if shown else {}
        return await self.http.request(method, f"/v25.0/{path}", headers=headers, **options)

    async def ask(self, method: str, path: str, **options: Any) -> JsonObject:
        answer = await self.call(method, path, **options)
        assert answer.status_code == 200, answer.text
        value: JsonObject = answer.json()
        return value

    async def refused(self, method: str, path: str, **options: Any) -> tuple[int, int, int | None, str]:
        answer = await self.call(method, path, **options)
        error = answer.json()["error"]
        assert error["fbtrace_id"]
        assert error["type"] in {"OAuthException", "GraphMethodException"}
        details = error.get("error_data", {}).get("details", error["message"])
        return answer.status_code, error["code"], error.get("error_subcode"), details

    async def send(self, to: str = CUSTOMER, number: str = NUMBER, **members: Any) -> JsonObject:
        return await self.ask("POST", f"{number}/messages", json=text_to(to, **members))

    async def send_refused(self, number: str = NUMBER, **members: Any) -> tuple[int, int]:
        status, code, _, _ = await self.refused("POST", f"{number}/messages", json=text_to(**members))
        return status, code


def text_to(to: str | None = CUSTOMER, **members: Any) -> JsonObject:
    """A good text message, changed by `members`; a member of None is left out."""
    body: JsonObject = {"messaging_product": "whatsapp", "to": to, "type": "text", "text": {"body": "Olá"}, **members}
    return {name: value for name, value in body.items() if value is not None}


def configuration(folder: Path, webhook_url: str) -> Config:
    return Config(
        webhook_url=webhook_url,
        app_id="704118822001",
        app_secret=SECRET,
        verify_token="a-verify-token",
        log=folder / "sends.jsonl",
    )


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
async def receiver_url(receiver: Receiver) -> AsyncIterator[str]:
    async with serving(receiver) as url:
        yield f"{url}/webhooks/whatsapp"


@pytest.fixture
async def platform_url(tmp_path: Path, receiver_url: str) -> AsyncIterator[str]:
    async with serving(simulator(configuration(tmp_path, receiver_url), random=Random(7))) as url:
        yield url


@pytest.fixture
async def sim(platform_url: str) -> AsyncIterator[Simulator]:
    """The control client; webhooks come fast and retries faster."""
    async with Simulator(platform_url) as client:
        await client.change_rules(status_interval=0.01, webhook_first_backoff=0.02)
        yield client


@pytest.fixture
async def stranger(sim: Simulator, platform_url: str) -> AsyncIterator[Graph]:
    """A caller with a token, on a WABA where nothing is set up yet."""
    async with direct_client(base_url=platform_url, timeout=5) as http:
        yield Graph(http, await sim.mint_token([WABA]))


@pytest.fixture
async def graph(sim: Simulator, stranger: Graph) -> Graph:
    """A caller whose WABA is subscribed, whose number is registered, and to whom the customer has just written."""
    await stranger.ask("POST", f"{WABA}/subscribed_apps")
    await stranger.ask("POST", f"{NUMBER}/register", json={"messaging_product": "whatsapp", "pin": "123456"})
    await sim.create_customer(wa_id=CUSTOMER, user_id=USER_ID, name="Marina Lopes")
    await sim.set_window(CUSTOMER, NUMBER, seconds_ago=60)
    return stranger
