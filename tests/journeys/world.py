"""The whole system as its users meet it: signed webhooks in, HTTP and topics out, the simulator's ground truth."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx
import psycopg
from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.local.components import Component
from deploy.local.launcher import Launcher
from tests.journeys.databases import Databases
from tests.simulator.client import Simulator

Json = dict[str, Any]
T = TypeVar("T")
PATIENCE = 60.0


@dataclass(frozen=True)
class Told:
    """One record of a topic: its CloudEvents type and headers, and its body."""

    type: str
    headers: dict[str, str]
    data: Json
    partition: int
    offset: int


@dataclass(frozen=True)
class File:
    """A body that is no JSON."""

    content: bytes
    mime_type: str


class World:
    def __init__(
        self,
        launcher: Launcher,
        endpoints: Json,
        http: httpx.AsyncClient,
        meta: Simulator,
        databases: Databases,
    ) -> None:
        self.launcher = launcher
        self.endpoints = endpoints
        self.meta = meta
        self.number: str = endpoints["phone_number_id"]
        self._http = http
        self._databases = databases

    # People ------------------------------------------------------------------------------------------

    async def asks(
        self,
        method: str,
        service: str,
        path: str,
        body: Any = None,
        *,
        who: str = "administrator",
        key: str = "",
        file: File | None = None,
    ) -> httpx.Response:
        """`who`: administrator, operator, or an agent's number."""
        tokens = self.endpoints["tokens"]
        bearer = tokens["agents"][int(who)] if who.isdigit() else tokens[who]
        headers = {"Authorization": f"Bearer {bearer}"}
        if key:
            headers["Idempotency-Key"] = key
        url = f"{self.endpoints[service]}{path}"
        if file is not None:
            headers["Content-Type"] = file.mime_type
            return await self._http.request(method, url, content=file.content, headers=headers)
        return await self._http.request(method, url, json=body, headers=headers)

    async def does(self, method: str, service: str, path: str, body: Any = None, **how: Any) -> Any:
        answer = await self.asks(method, service, path, body, **how)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    async def replies(self, conversation_id: str, text: str = "Bom dia!", **how: Any) -> str:
        body = {"type": "text", "text": text}
        path = f"/conversations/{conversation_id}/messages"
        answer = await self.does("POST", "conversations", path, body, key=secrets.token_hex(8), **how)
        return str(answer["message_id"])

    async def puts_aside(self, path: str, content: bytes, name: str, mime_type: str) -> httpx.Response:
        """A file of the first agent's, in a conversation or for quick replies."""
        headers = {"Authorization": f"Bearer {self.endpoints['tokens']['agents'][0]}", "Content-Type": mime_type}
        async with httpx.AsyncClient(base_url=self.endpoints["conversations"], timeout=60) as http:
            return await http.post(path, params={"filename": name}, content=content, headers=headers)

    async def conversation_of(self, name: str, fits: Callable[[Json], bool] = lambda _: True) -> Json:
        async def find() -> Json | None:
            page = await self.does("GET", "conversations", "/conversations?limit=100")
            found = [item for item in page["items"] if item["customer"]["name"] == name]
            assert len(found) <= 1, "a customer has several conversations"
            return found[0] if found and fits(found[0]) else None

        return await until(find, f"a conversation of {name} that fits")

    async def timeline(self, conversation_id: str) -> list[Json]:
        lines: list[Json] = []
        path = f"/conversations/{conversation_id}/messages?limit=100"
        cursor: str | None = ""
        while cursor is not None:
            page = await self.does("GET", "conversations", f"{path}&cursor={cursor}" if cursor else path)
            lines += page["items"]
            cursor = page["next_cursor"]
        return lines

    async def message_shown(self, conversation_id: str, message_id: str, status: str) -> Json:
        async def find() -> Json | None:
            lines = await self.timeline(conversation_id)
            return next((m for m in lines if m["message_id"] == message_id and m["status"] == status), None)

        return await until(find, f"message {message_id} shown as {status}")

    async def contacts_named(self, name: str) -> list[Json]:
        page = await self.does("GET", "crm", f"/contacts?search={name}")
        items: list[Json] = page["items"]
        return items

    # Topics and tables ----------------------------------------------------------------------------------

    async def told(self, topic: str) -> list[Told]:
        """Everything that stands in a topic now."""
        consumer = AIOKafkaConsumer(bootstrap_servers=self.endpoints["kafka"], enable_auto_commit=False)
        await consumer.start()
        try:
            places = [TopicPartition(topic, number) for number in range(12)]
            ends = await consumer.end_offsets(places)
            consumer.assign(places)
            await consumer.seek_to_beginning()
            found: list[Told] = []
            while any([await consumer.position(place) < end for place, end in ends.items()]):
                for records in (await consumer.getmany(timeout_ms=500)).values():
                    found += [_told(record) for record in records]
            return found
        finally:
            await consumer.stop()

    def rows(self, service: str, sql: str) -> list[Json]:
        return self._databases.rows(self.endpoints["databases"][service], sql)

    async def settled(self, seconds: float = PATIENCE) -> None:
        """Until Meta has nothing to deliver and every service has worked off what it heard."""
        await self.meta.settled(timeout=seconds)
        await until(self._nothing_waits, "nothing waits anywhere", seconds)

    async def _nothing_waits(self) -> bool:
        before = await self._positions()
        if before is None:
            return False
        await asyncio.sleep(0.3)
        return before == await self._positions()

    async def _positions(self) -> list[Any] | None:
        """Where everybody stands, or None while somebody is behind."""
        ends = await self._ends()
        standing: list[Any] = [sorted(ends.items())]
        for service in SERVICES:
            inbox = self.rows(service, "SELECT topic, partition, next_offset FROM inbox ORDER BY 1, 2")
            if any(row["next_offset"] < ends.get((row["topic"], row["partition"]), 0) for row in inbox):
                return None
            (log,) = self.rows(service, "SELECT coalesce(max(notification_id), 0) AS at FROM stored_events")
            told = self.rows(service, "SELECT position AS at FROM relay")
            shown = self.rows(service, "SELECT position AS at FROM projections")
            if any(row["at"] < log["at"] for row in told + shown):
                return None
            standing.append(log["at"])
        return standing

    async def _ends(self) -> dict[tuple[str, int], int]:
        consumer = AIOKafkaConsumer(bootstrap_servers=self.endpoints["kafka"], enable_auto_commit=False)
        await consumer.start()
        try:
            topics = [f"recado.{name}.v1" for name in ("inbound", "quarantine", *SERVICES)]
            ends = await consumer.end_offsets([TopicPartition(name, n) for name in topics for n in range(12)])
            return {(place.topic, place.partition): end for place, end in ends.items()}
        finally:
            await consumer.stop()

    def parked(self) -> int:
        return sum(
            row["count"] for service in SERVICES for row in self.rows(service, "SELECT count(*) AS count FROM parked")
        )

    # Faults ------------------------------------------------------------------------------------------------

    def component(self, name: str) -> Component:
        return next(each for each in self.launcher.stack._components() if each.name == name)

    async def ready(self, seconds: float = PATIENCE) -> None:
        """Until every service says that it can make progress."""

        async def all_ready() -> bool:
            answers = [await self._status(f"{self.endpoints[name]}/health/ready") for name in SERVICES]
            return answers == [200] * len(SERVICES)

        await until(all_ready, "all services are ready", seconds)

    async def _status(self, url: str) -> int:
        try:
            return (await self._http.get(url)).status_code
        except httpx.TransportError:
            return 0


SERVICES = ("gateway", "conversations", "templates", "crm", "billing")


async def until(find: Callable[[], Awaitable[T | None]], what: str, seconds: float = PATIENCE) -> T:
    """Asks again until there is an answer; a service that is down for a moment counts as no answer."""
    deadline = time.monotonic() + seconds
    problem: Exception | None = None
    while time.monotonic() < deadline:
        try:
            if found := await find():
                return found
        except (httpx.TransportError, psycopg.OperationalError) as error:
            problem = error
        await asyncio.sleep(0.15)
    raise AssertionError(f"waited {seconds:.0f} s in vain until: {what}") from problem


def new_customer() -> tuple[str, str]:
    """A number that has not written before, and a name that only this customer has."""
    return f"55119{secrets.randbelow(10**8):08d}", f"Cliente {secrets.token_hex(4)}"


def counted(told: Iterable[Told], kind: str, name: str) -> Counter[str]:
    """How often each value of a member occurs among events of a type."""
    return Counter(str(each.data[name]) for each in told if each.type == kind)


def _told(record: Any) -> Told:
    headers = {name: value.decode() for name, value in record.headers}
    return Told(headers["ce_type"], headers, json.loads(record.value), record.partition, record.offset)
