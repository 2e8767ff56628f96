"""A gateway on a stage whose door is open: webhooks come in, and what is published of them is kept for a look."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx
from gateway.settings import Settings
from recado_chassis.producing.records import Done, Record
from recado_chassis.service import Service
from recado_chassis.toolbox import Toolbox

from tests.gateway.meta import APP_SECRET
from tests.gateway.stage import Stage
from tests.simulator.signing import JsonObject, meta_json, signed_headers

PATH = "/webhooks/whatsapp"


class Published:
    """Keeps what the door publishes."""

    def __init__(self) -> None:
        self.records: list[Record] = []

    async def send_all(self, records: Sequence[Record]) -> None:
        self.records += records

    def give(self, records: Sequence[Record], done: Done, seconds: float) -> bool:
        self.records += records
        done(None)
        return True

    def ready(self) -> bool:
        return True


class OpenGateway(Stage):
    """Stands in no group and has no broker."""

    def _build(self, settings: Settings, tools: Toolbox) -> Service:
        self.published = Published()
        return super()._build(settings, replace(tools, publisher=lambda _: self.published))

    @asynccontextmanager
    async def door(self) -> AsyncIterator[httpx.AsyncClient]:
        running = [asyncio.create_task(each.run()) for each in self.on_database.service.always]
        try:
            async with self.on_database.http() as client:
                while not all(each.ready() for each in self.on_database.service.always):
                    await asyncio.sleep(0.01)
                yield client
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def takes(self, body: JsonObject) -> list[Record]:
        """What is published of a webhook."""
        raw = meta_json(body)
        async with self.door() as client:
            answer = await client.post(PATH, content=raw, headers=signed_headers(APP_SECRET, raw))
        assert answer.status_code == 200, answer.text
        return self.published.records
