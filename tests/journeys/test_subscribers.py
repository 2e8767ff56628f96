"""D2: others subscribe, whenever they begin, and hear every event once. The code is the documented subscriber's own."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from confluent_kafka import TopicPartition as Place
from confluent_kafka.admin import AdminClient

from deploy.local.credentials import service_token
from tests.journeys.world import Json, World, new_customer, until

pytestmark = pytest.mark.timeout(240)
FOLDER = Path(__file__).parents[2] / "contracts/subscribers/python"
TOPIC = "recado.conversations.v1"
Before = Callable[[], Awaitable[None]]


class Subscriber:
    """`subscriber.py`, with everything that it folds written down; what is not stored is lost when it stops."""

    def __init__(self, world: World) -> None:
        self.stored: Json = {"talks": {}, "positions": [0] * 12, "offsets": None}
        self.heard: list[str] = []
        """What was folded, as of `stored`."""
        self.came = 0
        """How many events came, with those that were there before."""
        self._world = world
        self._code = _code()
        self._folded: list[str] = []
        self._watch()

    def _watch(self) -> None:
        take, event_of = self._code.take, self._code.event_of

        def counted(*told: Any) -> None:
            self.came += 1
            take(*told)

        def noted(name: str, data: Any) -> Any:
            self._folded.append(_text(name, json.loads(data) if isinstance(data, bytes) else data))
            return event_of(name, data)

        self._code.take, self._code.event_of = counted, noted  # type: ignore[attr-defined]

    @asynccontextmanager
    async def following(self, before_log: Before | None = None) -> AsyncIterator[None]:
        """From what is stored, until it is stopped at any moment. `before_log` delays the reading of the log."""
        task = asyncio.create_task(self._follow(before_log))
        try:
            yield
            assert not task.done(), f"it ended: {task.exception()}"
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _follow(self, before_log: Before | None) -> None:
        self._folded, state = list(self.heard), json.loads(json.dumps(self.stored))
        kafka = AIOKafkaConsumer(
            bootstrap_servers=self._world.endpoints["kafka"], enable_auto_commit=False, auto_offset_reset="none"
        )
        async with kafka, service(self._world) as http:
            http.event_hooks = {"request": [_once(before_log)]} if before_log else {}
            async for _ in self._code.follow(state, kafka, http):
                self.stored, self.heard = json.loads(json.dumps(state)), list(self._folded)

    async def at_end(self) -> Any:
        """Until it has stored all that Kafka holds now."""
        ends = await kafka_ends(self._world)

        async def reached() -> bool:
            offsets = self.stored["offsets"]
            return offsets is not None and all(offset >= end for offset, end in zip(offsets, ends, strict=True))

        await until(reached, "the subscriber is at Kafka's end")
        return self.stored["talks"]


async def test_d2_one_that_begins_amid_traffic_and_one_that_was_stopped_hear_every_event_once(world: World) -> None:
    first, late, stopped = Subscriber(world), Subscriber(world), Subscriber(world)
    async with first.following():
        async with stopped.following():
            before = len(await stopped.at_end())
            traffic = asyncio.create_task(customers_come(world, 14))
            await until(stopped_amid(stopped, before + 3), "it has heard some of the traffic")
        async with late.following(before_log=lambda: published(world, 15)):
            assert not traffic.done()
            await traffic
            await world.settled()
            async with stopped.following():
                assert await first.at_end() == await late.at_end() == await stopped.at_end()
    assert late.came > len(late.heard), "it met nothing in Kafka that the log had told it before"
    every = Counter(await log(world))
    assert [Counter(each.heard) == every for each in (first, late, stopped)] == [True, True, True]
    assert talks_of(world, first.stored) == await talks_shown(world)


async def test_d2_what_kafka_no_longer_holds_is_heard_from_the_log(world: World, tmp_path: Path) -> None:
    first, late, asleep = Subscriber(world), Subscriber(world), Subscriber(world)
    async with first.following():
        async with asleep.following():
            await asleep.at_end()
        await customers_come(world, 3)
        await world.settled()
        dropped = await drop_a_partition(world, asleep.stored["offsets"])
        async with late.following():
            assert await first.at_end() == await late.at_end()
    assert Counter(late.heard) == Counter(await log(world))
    assert talks_of(world, late.stored) == await talks_shown(world)

    file = tmp_path / "state.json"
    file.write_text(json.dumps(asleep.stored))
    await program(world, file)
    kept = json.loads(file.read_text())
    assert kept["talks"] == first.stored["talks"]
    assert kept["offsets"][dropped] > asleep.stored["offsets"][dropped]


# What happens meanwhile ------------------------------------------------------------------------------------------


async def customers_come(world: World, count: int) -> None:
    """Each writes twice; conversations are handed over, closed, reopened."""
    for index in range(count):
        wa_id, name = new_customer()
        await world.meta.create_customer(wa_id=wa_id, name=name)
        await world.meta.customer_writes(wa_id, world.number, "Oi")
        await world.meta.customer_writes(wa_id, world.number, "Há alguém?")
        talk = await world.conversation_of(name, lambda item: item["assignee"] is not None and item["unread"] == 2)
        await people_act(world, talk, index)


async def people_act(world: World, talk: Json, index: int) -> None:
    path = f"/conversations/{talk['conversation_id']}"
    if index % 3 == 0:
        members = (await world.does("GET", "conversations", f"/channels/{world.number}/rota"))["members"]
        other = next(member for member in members if member != talk["assignee"])
        await world.does("POST", "conversations", f"{path}/assign", {"user_id": other})
    if index % 3 > 0:
        await world.does("POST", "conversations", f"{path}/close")
    if index % 3 > 1:
        await world.does("POST", "conversations", f"{path}/reopen")


def stopped_amid(subscriber: Subscriber, talks: int) -> Callable[[], Awaitable[bool]]:
    async def heard() -> bool:
        return len(subscriber.stored["talks"]) >= talks

    return heard


async def published(world: World, count: int) -> None:
    before = sum(await kafka_ends(world))

    async def more() -> bool:
        return sum(await kafka_ends(world)) >= before + count

    await until(more, f"{count} more records stand in Kafka")


async def drop_a_partition(world: World, offsets: list[int]) -> int:
    """As if Kafka's time for it were over: all of one partition of which something came after these offsets."""
    ends = await kafka_ends(world)
    number = next(number for number, end in enumerate(ends) if end > offsets[number])
    admin = AdminClient({"bootstrap.servers": world.endpoints["kafka"]})
    for deletion in admin.delete_records([Place(TOPIC, number, ends[number])]).values():
        assert (await asyncio.to_thread(deletion.result)).low_watermark == ends[number]
    return number


async def program(world: World, file: Path) -> None:
    """The subscriber as its users run it, to the end of what there is."""
    environment = {
        "RECADO_KAFKA": world.endpoints["kafka"],
        "RECADO_EVENTS_URLS": json.dumps({"conversations": world.endpoints["conversations"]}),
        "RECADO_SERVICE_TOKEN": service_token(world.launcher.secrets, "subscriber"),
    }
    command = [sys.executable, str(FOLDER / "open_conversations.py"), str(file), "--until-end"]
    running = await asyncio.create_subprocess_exec(*command, env={**os.environ, **environment})
    assert await asyncio.wait_for(running.wait(), 60) == 0


# What there is -----------------------------------------------------------------------------------------------------


def talks_of(world: World, state: Json) -> dict[str, tuple[str, bool]]:
    """Conversation → whose it is, whether it is open; of the organisation that the world's people belong to."""
    talks = state["talks"].items()
    return {talk: (who, is_open) for talk, (of, who, is_open) in talks if of == world.endpoints["organisation"]}


async def talks_shown(world: World) -> dict[str, tuple[str, bool]]:
    """The same by `GET /conversations`."""
    shown: dict[str, tuple[str, bool]] = {}
    cursor: str | None = ""
    while cursor is not None:
        path = f"/conversations?limit=100{cursor and f'&cursor={cursor}'}"
        page = await world.does("GET", "conversations", path)
        shown |= {
            item["conversation_id"]: (item["assignee"] or "nobody", item["state"] != "closed") for item in page["items"]
        }
        cursor = page["next_cursor"]
    return shown


async def log(world: World) -> list[str]:
    """Everything that conversations has ever told."""
    events: list[str] = []
    after, end = 0, 1
    async with service(world) as http:
        while after < end:
            page = (await http.get("/events", params={"after": after, "limit": 500})).raise_for_status().json()
            events += [_text(event["type"], event["data"]) for event in page["events"]]
            after, end = page["next"], page["end"]
    return events


async def kafka_ends(world: World) -> list[int]:
    async with AIOKafkaConsumer(bootstrap_servers=world.endpoints["kafka"], enable_auto_commit=False) as kafka:
        ends = await kafka.end_offsets([TopicPartition(TOPIC, number) for number in range(12)])
        return [end for _, end in sorted(ends.items())]


def service(world: World) -> httpx.AsyncClient:
    """conversations, as another service asks it."""
    token = {"Authorization": f"Bearer {service_token(world.launcher.secrets, 'subscriber')}"}
    return httpx.AsyncClient(base_url=world.endpoints["conversations"], headers=token, timeout=30)


def _once(wait: Before) -> Callable[[httpx.Request], Awaitable[None]]:
    waits = [wait]

    async def hook(_: httpx.Request) -> None:
        if waits:
            await waits.pop()()

    return hook


def _code() -> ModuleType:
    """Loaded anew, so that each subscriber can be watched by itself."""
    spec = importlib.util.spec_from_file_location("subscriber", FOLDER / "subscriber.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _text(name: str, data: Any) -> str:
    return f"{name} {json.dumps(data, sort_keys=True)}"
