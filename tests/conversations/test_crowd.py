"""GET /stream under what really happens: killed services, five hundred users, readers who do not read."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any
from uuid import uuid4

import pytest
from conversations.application.scene import FOLDS
from recado_events.conversations import UserRegistered
from recado_events.envelope import Cause
from recado_events.ids import ProfileId, UserId
from recado_events.inbound import InboundType

from tests.bench.listeners import Listeners
from tests.conversations.listening import Address, at, served
from tests.conversations.office import Office
from tests.harness.on_database import SETTINGS, ServiceOnDatabase, token
from tests.libs.chassis.edges.running import Running

USERS = 500
PATIENCE = 90.0
"""Seconds for a process to start, on a machine that has much else to do."""


@pytest.fixture
async def street(service: ServiceOnDatabase) -> AsyncIterator[Address]:
    async with served(service) as address:
        yield address


class Api(Running):
    """The service's HTTP side as a process of its own."""

    def __init__(self, dsn: str) -> None:
        told = {f"RECADO_{name.upper()}": str(value) for name, value in SETTINGS.items()}
        super().__init__(
            {**told, "RECADO_DATABASE": dsn, "RECADO_ROLES": "api", "RECADO_HTTP_PORT": "0"}, "conversations"
        )

    async def url(self) -> str:
        return f"http://127.0.0.1:{await asyncio.to_thread(self.port, PATIENCE)}"

    def kill(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def begin(service: ServiceOnDatabase) -> Iterator[Callable[[], Api]]:
    begun: list[Api] = []

    def api() -> Api:
        begun.append(Api(service.dsn))
        return begun[-1]

    yield api
    for each in begun:
        each.close()


async def test_last_event_id_resumes_without_loss_or_repeat_after_kill_9(
    office: Office, begin: Callable[[], Api]
) -> None:
    """Messages come all the time; what the next process gives is what the killed one had not given yet."""
    apis = [begin(), begin()]
    urls = [await api.url() for api in apis]
    written: list[str] = []
    enough = asyncio.Event()
    writing = asyncio.create_task(_write(office, written, enough))
    async with at(urls[0]) as address, address.reader(office.agent(0)) as screen:
        begins = len(written)
        first = await screen.says("message", 10)
        await asyncio.to_thread(apis[0].kill)
        await screen.until(lambda told: told.ended, "the end")
    first = screen.named("message")
    await asyncio.sleep(0.5)
    async with at(urls[1]) as address, address.reader(office.agent(0), screen.last_id) as after:
        await after.says("message", 10)
        enough.set()
        await writing
        await after.until(lambda told: told.named("message")[-1].data["content"]["body"] == written[-1], "the last")
    found = [each.data["content"]["body"] for each in (*first, *after.named("message"))]
    assert found == written[-len(found) :]
    assert len(found) >= len(written) - begins


async def _write(office: Office, written: list[str], enough: asyncio.Event) -> None:
    while not enough.is_set():
        text = str(len(written))
        written.append(text)
        await asyncio.to_thread(office.customer_writes, text, wa_id=f"1650555{len(written) % 7:04d}")
        await asyncio.sleep(0.05)


async def test_a_stopping_service_ends_its_streams_and_leaves_at_once(office: Office, begin: Callable[[], Api]) -> None:
    api = begin()
    async with at(await api.url()) as address, address.reader(office.agent(0)) as screen:
        begun = time.monotonic()
        assert await asyncio.to_thread(api.stop) == 0
        assert time.monotonic() - begun < 5
        await screen.until(lambda told: told.ended, "the end")
        assert screen.named("ended")[-1].data == {"reason": "stopping"}


async def test_five_hundred_connected_users_are_each_told_once_and_other_requests_are_answered(
    office: Office, street: Address
) -> None:
    colleagues = _colleagues(office, USERS)
    listeners = Listeners(int(street.url.rpartition(":")[2]), [who["Authorization"].split()[1] for who in colleagues])
    listeners.start()
    try:
        assert await asyncio.to_thread(listeners.ready.wait, PATIENCE), "not everybody was let in"
        async with street.reader(office.agent(0)) as screen:
            for number in range(3):
                office.customer_writes(f"sent {time.monotonic()}", wa_id=f"1650555000{number}")
            await screen.until(lambda told: told.unread == 3, "counters")
            answer = await street.http.get(f"{street.url}/counters", headers=colleagues[0])
            assert answer.json()["unread"] == 3
        async with asyncio.timeout(PATIENCE):
            while len(listeners.late) < 3 * USERS:
                await asyncio.sleep(0.05)
        await asyncio.sleep(0.3)
    finally:
        await asyncio.to_thread(listeners.stop)
    assert len(listeners.late) == 3 * USERS


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


async def test_a_reader_who_does_not_read_is_cut_off_and_keeps_nobody_waiting(
    office: Office, street: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recado_chassis.http.event_stream.PATIENCE", 1.0)
    (screens,) = office.service.service.always
    with socket.socket() as sleeper:
        sleeper.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sleeper.connect(("127.0.0.1", int(street.url.rpartition(":")[2])))
        authorization = office.agent(0)["Authorization"]
        sleeper.sendall(f"GET /stream HTTP/1.1\r\nHost: x\r\nAuthorization: {authorization}\r\n\r\n".encode())
        async with street.reader(office.agent(1)) as reader:
            rounds = 0
            while len(screens._screens) > 1:
                rounds += 1
                assert rounds < 20, "the sleeper is still there"
                await asyncio.to_thread(_many_write, office, 200)
                await reader.says("message", 200 * rounds)
            assert not reader.ended


def _many_write(office: Office, count: int) -> None:
    """At once, and as much as a message may hold."""
    at = str(int(time.time()))
    person = {"profile": {"name": "João"}, "wa_id": "5511987654321"}
    message = {"from": "5511987654321", "timestamp": at, "type": "text", "text": {"body": "x" * 4_096}}
    bodies = [office.inbound({**message, "id": f"wamid.{uuid4().hex}"}, [person]) for _ in range(count)]
    office.service.receives(InboundType.MESSAGE, office.organisation, *bodies)


async def test_a_user_may_follow_so_many_streams_and_no_more(office: Office, street: Address) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(20):
            await stack.enter_async_context(street.connected(office.agent(0)))
        refused = await street.http.get(f"{street.url}/stream", headers=office.agent(0))
        assert (refused.status_code, refused.json()["rule"]) == (429, "too_many_streams")
        await stack.enter_async_context(street.reader(office.agent(1)))
        namesake = token("administrator", uuid4(), office.agents[0])
        await stack.enter_async_context(street.reader(namesake))


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
