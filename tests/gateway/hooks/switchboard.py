"""A gateway that tells receivers; what happens is that numbers are renamed, each time to another name."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID, uuid4

from gateway.adapters.hooks import Notifier
from gateway.application.folds import CHANNEL
from gateway.domain.channel import channel_stream
from recado_chassis.work import Work
from recado_events.envelope import Cause
from recado_events.gateway import ChannelRenamed
from recado_events.ids import OrganisationId, UserId

from tests.gateway.stage import NUMBER, Stage
from tests.simulator.client import Simulator

RENAMED = ChannelRenamed.TYPE
NOWHERE = cast(Simulator, SimpleNamespace(base_url="http://127.0.0.1:9"))


class Switchboard(Stage):
    """Needs no Meta. Receivers of tests are on this machine, which is allowed here."""

    def __init__(self, dsn: str, meta: Simulator = NOWHERE, organisation: Any = None, **told: Any) -> None:
        usual = {"subscription_allowed_hosts": ("127.0.0.1",), "subscription_seconds": 1.0}
        super().__init__(dsn, meta, organisation, **{**usual, **told})

    # Happening -----------------------------------------------------------------------------------

    def happens(self, *names: str, organisation: UUID | None = None) -> None:
        for name in names:
            self._rename(name, OrganisationId(organisation or self.organisation))

    def _rename(self, name: str, organisation: OrganisationId) -> None:
        def rename(work: Work) -> None:
            work.state(channel_stream(NUMBER), CHANNEL)
            by, at = UserId(uuid4()), self.clock.now()
            fact = ChannelRenamed(
                organisation_id=organisation, phone_number_id=NUMBER, name=name, renamed_by=by, renamed_at=at
            )
            work.record([fact], Cause(str(uuid4())))

        self.on_database.service.streams.transact(rename)

    # Subscribing ---------------------------------------------------------------------------------

    async def asks(self, method: str, path: str = "", body: Any = None, organisation: UUID | None = None) -> Any:
        """An administrator does; answers what is answered, or its status where there is nothing."""
        async with self.administrator(organisation) as client:
            answer = await client.request(method, f"/subscriptions{path}", json=body)
        return answer.json() if answer.content else answer.status_code

    async def subscribes(
        self, url: str, types: Sequence[str] = (RENAMED,), organisation: UUID | None = None
    ) -> dict[str, Any]:
        told: dict[str, Any] = await self.asks("POST", "", {"url": url, "event_types": list(types)}, organisation)
        assert "subscription_id" in told, told
        return told

    async def attempts(self, subscription: dict[str, Any]) -> list[dict[str, Any]]:
        """The log of deliveries, the first one first."""
        told = await self.asks("GET", f"/{subscription['subscription_id']}/deliveries")
        return list(reversed(told["items"]))

    async def standing(self, subscription: dict[str, Any]) -> tuple[str, str | None]:
        told = await self.asks("GET", f"/{subscription['subscription_id']}")
        return told["status"], told["reason"]

    # Telling -------------------------------------------------------------------------------------

    @property
    def notifier(self) -> Notifier:
        return next(each for each in self.on_database.service.also if isinstance(each, Notifier))

    @asynccontextmanager
    async def notifying(self) -> AsyncIterator[None]:
        running = asyncio.create_task(self.notifier.run())
        try:
            yield
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running

    def time_passes(self) -> None:
        """Pauses and loans are over."""
        with self.on_database.store.connection() as connection:
            connection.execute(
                "UPDATE subscription_cursors SET due_at = now(), lent_until = NULL WHERE due_at IS NOT NULL"
            )
