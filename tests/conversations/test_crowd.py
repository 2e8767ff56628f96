"""GET /stream under what really happens: killed services, five hundred users, readers who do not read."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from typing import Any
from uuid import uuid4

import httpx
import pytest
from conversations.application.scene import FOLDS
from recado_events.conversations import UserRegistered
from recado_events.envelope import Cause
from recado_events.ids import ProfileId, UserId

from tests.conversations.listening import Address, served
from tests.conversations.office import Office
from tests.harness.on_database import SETTINGS, ServiceOnDatabase, token
from tests.libs.chassis.edges.running import Running

USERS = 500


@pytest.fixture
async def street(service: ServiceOnDatabase) -> AsyncIterator[Address]:
    async with served(service) as address:
        yield address


class Api:
    """The service's HTTP side as a process of its own, killed and started again at will."""

    def __init__(self, dsn: str) -> None:
        told = {f"RECADO_{name.upper()}": str(value) for name, value in SETTINGS.items()}
        self._environment = {**told, "RECADO_DATABASE": dsn, "RECADO_ROLES": "api", "RECADO_HTTP_PORT": "0"}
        self.running = Running(self._environment, "conversations")

    async def address(self) -> Address:
        return Address(f"http://127.0.0.1:{await asyncio.to_thread(self.running.port)}")

    def kill(self) -> None:
        os.kill(self.running.process.pid, signal.SIGKILL)
        self.running.process.wait()

    def start(self) -> None:
        self.running = Running(self._environment, "conversations")


@pytest.fixture
def api(service: ServiceOnDatabase) -> Iterator[Api]:
    api = Api(service.dsn)
    yield api
    api.running.close()


async def test_last_event_id_resumes_without_loss_or_repeat_after_kill_9(office: Office, api: Api) -> None:
    """Messages come all the time, the service is killed twice; each screen is told of each message once."""
    texts = [str(number) for number in range(60)]
    writing = asyncio.create_task(_write(office, texts))
    found: list[str] = []
    after: int | None = office.service.store.end()
    for kills in (True, True, False):
        address = await api.address()
        async with address.connected(office.agent(0), after) as screen:
            if kills:
                await screen.says("message", 5)
                await asyncio.to_thread(api.kill)
                await screen.until(lambda told: told.ended, "the end")
                api.start()
            else:
                rest = len(texts) - len(found)
                await screen.says("message", rest)
                await writing
                await asyncio.sleep(0.3)
            found += [each.data["content"]["body"] for each in screen.named("message")]
            after = screen.last_id or after
    assert found == texts


async def _write(office: Office, texts: list[str]) -> None:
    for number, text in enumerate(texts):
        await asyncio.to_thread(office.customer_writes, text, wa_id=f"1650555{number % 7:04d}")
        await asyncio.sleep(0.1)


async def test_a_stopping_service_ends_its_streams_and_leaves_at_once(office: Office, api: Api) -> None:
    async with (await api.address()).reader(office.agent(0)) as screen:
        begun = time.monotonic()
        assert await asyncio.to_thread(api.running.stop) == 0
        assert time.monotonic() - begun < 5
        await screen.until(lambda told: told.ended, "the end")
        assert screen.named("ended")[-1].data == {"reason": "stopping"}


async def test_five_hundred_connected_users_are_each_told_and_other_requests_are_answered(
    office: Office, street: Address
) -> None:
    colleagues = _colleagues(office, USERS)
    async with AsyncExitStack() as stack:
        screens = await asyncio.gather(*[stack.enter_async_context(street.connected(who)) for who in colleagues])
        await asyncio.gather(*[screen.says("ready") for screen in screens])
        begun = time.monotonic()
        for number in range(3):
            office.customer_writes(str(number), wa_id=f"1650555000{number}")
        await asyncio.gather(*[screen.says("message", 3) for screen in screens])
        await asyncio.gather(*[screen.until(lambda told: told.unread == 3, "counters") for screen in screens])
        assert time.monotonic() - begun < 5
        async with httpx.AsyncClient() as client:
            answer = await client.get(f"{street.url}/counters", headers=colleagues[0])
        assert answer.json()["unread"] == 3


def _colleagues(office: Office, count: int) -> list[dict[str, str]]:
    """Registered with the office's profile, in one decision."""
    service, now = office.service.service, office.service.service.streams.clock.now()
    common: Any = {"organisation_id": office.organisation, "role": "member", "profile_id": ProfileId(office.profile)}
    ids = [UserId(uuid4()) for _ in range(count)]
    facts = [
        UserRegistered(**common, user_id=each, registered_by=each, registered_at=now, personal=None) for each in ids
    ]

    def decide(work: Any) -> None:
        work.load({facts[0].stream: FOLDS["team"]})
        work.record(facts, Cause("test"))

    service.streams.transact(decide)
    return [token("member", office.organisation, each, office.profile) for each in ids]


async def test_a_reader_who_does_not_read_is_cut_off_and_keeps_nobody_waiting(office: Office, street: Address) -> None:
    (screens,) = office.service.service.always
    screens.bounds = type(screens.bounds)(bytes=200_000)
    with socket.socket() as sleeper:
        sleeper.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sleeper.connect(("127.0.0.1", int(street.url.rpartition(":")[2])))
        authorization = office.agent(0)["Authorization"]
        sleeper.sendall(f"GET /stream HTTP/1.1\r\nHost: x\r\nAuthorization: {authorization}\r\n\r\n".encode())
        async with street.reader(office.agent(1)) as reader:
            for number in range(30):
                _many_write(office, 40)
                await reader.says("message", 40 * (number + 1))
                if len(screens._screens) == 1:
                    break
            await _until_alone(screens)
        assert len(reader.named("message")) >= 40


def _many_write(office: Office, count: int) -> None:
    for _ in range(count):
        office.customer_writes("x" * 4_000)


async def _until_alone(screens: Any) -> None:
    deadline = time.monotonic() + 20
    while len(screens._screens) > 1:
        assert time.monotonic() < deadline, "the sleeper is still there"
        await asyncio.sleep(0.1)


async def test_a_user_may_follow_so_many_streams_and_no_more(office: Office, street: Address) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(20):
            await stack.enter_async_context(street.connected(office.agent(0)))
        async with httpx.AsyncClient() as client:
            refused = await client.get(f"{street.url}/stream", headers=office.agent(0))
        assert (refused.status_code, refused.json()["rule"]) == (429, "too_many_streams")
        await stack.enter_async_context(street.reader(office.agent(1)))


async def test_a_gap_too_large_to_be_told_of_begins_anew(
    office: Office, street: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("conversations.adapters.live.missed.MOST", 5)
    office.customer_writes()
    await office.service.shown()
    async with street.reader(office.agent(0), after=1) as screen:
        assert [each.name for each in screen.heard if each.name != "counters"][:2] == ["reset", "ready"]


async def test_what_was_missed_long_ago_is_read_from_the_log(
    office: Office, street: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("conversations.adapters.live.rooms.REMEMBERED", 1)
    monkeypatch.setattr("conversations.adapters.live.missed._PAGE", 4)
    for number in range(5):
        office.customer_writes(str(number))
    await office.service.shown()
    async with street.reader(office.agent(0), after=0) as screen:
        assert [each.data["content"]["body"] for each in screen.named("message")] == list("01234")
