"""A service in memory, asked over ASGI."""

import io
import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import structlog
from recado_chassis import logs
from recado_chassis.caller import Standing
from recado_chassis.http.app import create_app
from recado_chassis.service import Service
from recado_chassis.store import Store
from recado_chassis.storing.memory import MemoryStore
from recado_chassis.toolbox import Toolbox
from starlette.types import ASGIApp

from tests.libs.chassis.edges.boxes import build, settings_with


@dataclass
class Asking:
    """The service `boxes` and a client that speaks to it without a socket."""

    service: Service
    app: ASGIApp
    client: httpx.AsyncClient
    outside: list[str]
    """What left the service."""

    def types_stored(self) -> list[str]:
        return [row.type for row in self.service.streams.store.read(0, 100)]


def client_of(app: ASGIApp) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://boxes")


def asking(store: Store | None = None, standing: Standing | None = None, **options: Any) -> Asking:
    """`options` are `create_app`'s."""
    settings, outside = settings_with(), list[str]()
    service = build(settings, Toolbox(store or MemoryStore()), standing, outside)
    app = create_app(service, settings, **options)
    return Asking(service, app, client_of(app), outside)


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """What is logged, as the process would write it to stdout."""
    stream = io.StringIO()
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    logs.configure("boxes", "INFO", stream)
    yield stream
    structlog.reset_defaults()
    root.handlers = handlers
    root.setLevel(level)


@pytest.fixture
async def boxes() -> AsyncIterator[Asking]:
    made = asking()
    async with made.client:
        yield made
