"""One process of a service: what its roles start, in which order, and how it stops."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from contextlib import AsyncExitStack
from typing import Any, Generic, TypeVar

import httpx
import structlog
from recado_events.catalogue import Topic
from starlette.types import ASGIApp

from recado_chassis.consuming.consumer import Consumer
from recado_chassis.consuming.history import Nobody, Owners, OwnersOverHttp
from recado_chassis.consuming.subscription import Pace
from recado_chassis.following.projections import Projector, Shown
from recado_chassis.http.accounting import Accounting
from recado_chassis.http.app import create_app
from recado_chassis.http.health import Management
from recado_chassis.ports import SystemClock, Uuid7
from recado_chassis.producing.producer import Batcher
from recado_chassis.producing.relay import Relay
from recado_chassis.running.interpreter import tune
from recado_chassis.running.parts import Parts
from recado_chassis.running.readiness import Readiness
from recado_chassis.running.server import HttpServer
from recado_chassis.service import Background, Service
from recado_chassis.settings import ServiceSettings
from recado_chassis.storing.old_commands import old_commands
from recado_chassis.storing.postgres import PostgresStore
from recado_chassis.toolbox import Build, Publisher, Toolbox
from recado_chassis.trust import trust_store

S = TypeVar("S", bound=ServiceSettings)
_MARGIN_SECONDS = 2.0

log = structlog.get_logger()


class Process(Generic[S]):
    """`await run(stopping)`: everything the settings' roles ask for, until it is asked to stop or a part ends."""

    def __init__(self, build: Build[S], settings: S) -> None:
        self._build = build
        self._settings = settings
        self._clock = SystemClock()
        self._store = PostgresStore(settings.dsn())
        self._readiness = Readiness(self._store.end)
        self._held = AsyncExitStack()
        self._parts = Parts()
        self._publishers: list[Batcher] = []
        self._servers: list[HttpServer] = []
        self._projector: Projector | None = None
        self._consumer: Consumer | None = None

    async def run(self, stopping: asyncio.Event) -> bool:
        """True where it stopped as it was asked to; False where a part ended unasked, or did not end in time.

        Raises OSError where a port cannot be listened on, and InvalidSettings.
        """
        async with self._held:
            self._held.callback(self._store.close)
            service = self._build(self._settings, self._tools())
            try:
                await self._start(service)
                tune()
                as_asked = await self._parts.run_until(stopping)
            finally:
                ended = await self._stop()
        log.info("stopped", as_asked=as_asked and ended)
        return as_asked and ended

    # What is given to build --------------------------------------------------------------------

    def _tools(self) -> Toolbox:
        return Toolbox(
            store=self._store,
            clock=self._clock,
            ids=Uuid7(self._clock),
            connection=self._store.connection,
            publisher=self._publisher,
            http=self._client,
            held=self._partitions,
        )

    def _partitions(self, topic: Topic) -> frozenset[int] | None:
        return None if self._consumer is None else self._consumer.held(topic)

    def _publisher(self, topics: Iterable[Topic]) -> Publisher:
        publisher = Batcher(self._settings.kafka, topics, self._settings.topic_prefix)
        self._publishers.append(publisher)
        return publisher

    def _client(self, **options: Any) -> httpx.AsyncClient:
        client = httpx.AsyncClient(**{"verify": trust_store(), **options})
        self._held.push_async_callback(client.aclose)
        return client

    def _owners(self) -> Owners:
        token = self._settings.service_token
        if token is None:
            return Nobody()
        client = self._client(timeout=10.0, trust_env=False)
        return OwnersOverHttp(client, self._settings.events_urls, token.get_secret_value())

    # Starting ----------------------------------------------------------------------------------

    async def _start(self, service: Service) -> None:
        for publisher in self._publishers:
            await self._held.enter_async_context(publisher)
            self._readiness.watch("producer", publisher.ready)
        for background in service.always:
            self._begin(background)
        for role, backgrounds in service.apart.items():
            for background in backgrounds if role in self._settings.roles else ():
                self._begin(background)
        if "worker" in self._settings.roles:
            self._work(service)
        await self._serve(service)
        log.info("started", roles=sorted(self._settings.roles), ports=[server.port for server in self._servers])

    async def _serve(self, service: Service) -> None:
        settings = self._settings
        management: ASGIApp = Accounting(Management(self._readiness), service.streams.ids)
        app = management
        if "api" in settings.roles:
            names = [projection.name for projection in service.shows]
            shown = Shown(lambda: self._store.projected(names))
            app = create_app(service, settings, readiness=self._readiness, wait_for=shown.wait_for if names else None)
        await self._listen("http", app, settings.http_port)
        if settings.management_port is not None:
            await self._listen("management", management, settings.management_port)

    async def _listen(self, name: str, app: ASGIApp, port: int) -> None:
        server = HttpServer(app, self._settings.http_host, port)
        await server.start()
        self._servers.append(server)
        self._parts.begin(name, server.run())

    def _work(self, service: Service) -> None:
        settings = self._settings
        if service.shows:
            projector = self._projector = Projector(settings.dsn(), service.shows, service.streams.mapper)
            self._readiness.watch("projector", lambda: [f"{name}: {why}" for name, why in projector.reasons().items()])
            projector.start()
        if service.tells:
            relay = Relay(service, settings.dsn(), settings.kafka, settings.topic_prefix)
            self._readiness.watch("relay", lambda: [reason] if (reason := relay.reason()) else [])
            self._parts.begin("relay", relay.run())
        if service.hears:
            pace = Pace(session=settings.session_seconds)
            consumer = self._consumer = Consumer(
                service, settings.kafka, settings.topic_prefix, owners=self._owners(), pace=pace
            )
            self._readiness.watch("consumer", consumer.problems)
            self._parts.begin("consumer", consumer.run())
        for background in (*service.also, old_commands(self._store, self._clock)):
            self._begin(background)

    def _begin(self, background: Background) -> None:
        self._readiness.watch(background.name, background.ready)
        self._parts.begin(background.name, background.run())

    # Stopping ----------------------------------------------------------------------------------

    async def _stop(self) -> bool:
        """Not ready at once. What takes and claims ends after what it has in hand, requests after their answers; what
        both need (publishers, clients, the store) is closed after them."""
        log.info("stopping")
        self._readiness.stop()
        seconds = max(0.5, self._settings.shutdown_seconds - _MARGIN_SECONDS)
        begun = time.monotonic()
        ending = [self._parts.end(seconds), *(server.stop(seconds) for server in self._servers)]
        if self._projector is not None:
            ending.append(asyncio.to_thread(self._projector.stop, seconds))
        await asyncio.gather(*ending)
        return time.monotonic() - begun < seconds
