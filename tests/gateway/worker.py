"""A worker of the gateway that sends messages and requests about templates: a process that can be killed and frozen.

`python -m tests.gateway.worker`; `HESITATE` is how many seconds it waits between a claim and its call.
"""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from typing import Any

import httpx
from gateway import main
from gateway.adapters.dispatcher import Dispatcher
from gateway.adapters.hooks import Notifier
from gateway.settings import Settings
from recado_chassis import logs
from recado_chassis.storing.postgres import PostgresStore
from recado_chassis.toolbox import Toolbox


class Hesitant(httpx.AsyncBaseTransport):
    """Thinks before it connects."""

    def __init__(self, inner: httpx.AsyncBaseTransport, seconds: float) -> None:
        self._inner = inner
        self._seconds = seconds

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(self._seconds)
        return await self._inner.handle_async_request(request)


def client(**options: Any) -> httpx.AsyncClient:
    transport = Hesitant(options.pop("transport"), float(os.environ.get("HESITATE", "0")))
    return httpx.AsyncClient(transport=transport, **options)


async def work() -> None:
    settings = Settings.from_environment()
    store = PostgresStore(settings.dsn())
    service = main.build(settings, Toolbox(store, connection=store.connection, http=client))
    named = ("template_requests", "template_lists")
    senders = [each for each in service.also if isinstance(each, Dispatcher | Notifier) or each.name in named]
    movers = [each for role in service.apart.values() for each in role]
    running = asyncio.gather(*(each.run() for each in [*senders, *movers]), return_exceptions=True)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, running.cancel)
    with suppress(asyncio.CancelledError):
        await running


if __name__ == "__main__":
    logs.configure("gateway")
    asyncio.run(work())
