"""The logs of all services: others' by their `GET /events`, this service's own from its database, in the same form."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import orjson
from recado_chassis.consuming.history import OwnersOverHttp, OwnerUnavailable
from recado_chassis.http.events_route import PublishedLog
from recado_chassis.store import Unavailable
from recado_chassis.threads import in_thread
from recado_events.ids import OrganisationId

from gateway.application.subscription_ports import LogUnavailable, Page
from gateway.settings import Settings

OWN = "gateway"
PAGE = 500
PAGE_OF_ONE = 50
"""Held while a receiver is told, by as many as there are slots."""


class AllLogs:
    """Implements `Logs`. `client` is asked for only when another service is."""

    def __init__(self, own: PublishedLog, settings: Settings, client: Callable[[], httpx.AsyncClient]) -> None:
        self._own = own
        self._settings = settings
        self._client = client
        self._others: OwnersOverHttp | None = None

    async def page(self, source: str, after: int, organisation_id: OrganisationId | None = None) -> Page:
        limit = PAGE if organisation_id is None else PAGE_OF_ONE
        if source != OWN:
            return await self._of_other(source, after, limit, organisation_id)
        try:
            told, reached = await in_thread(self._own.page, after, limit, organisation_id)
            end = await in_thread(self._own.end)
        except Unavailable as error:
            raise LogUnavailable(str(error)) from error
        return Page([orjson.loads(each) for each in told], reached, max(end, reached))

    async def end(self, source: str) -> int:
        if source != OWN:
            return (await self._of_other(source, 0, 1)).end
        try:
            return await in_thread(self._own.end)
        except Unavailable as error:
            raise LogUnavailable(str(error)) from error

    async def _of_other(
        self, source: str, after: int, limit: int, organisation_id: OrganisationId | None = None
    ) -> Page:
        token = self._settings.service_token
        if token is None or source not in self._settings.events_urls:
            raise LogUnavailable(f"RECADO_EVENTS_URLS does not say where {source} answers")
        if self._others is None:
            self._others = OwnersOverHttp(self._client(), self._settings.events_urls, token.get_secret_value())
        try:
            page = await self._others.page(source, after, limit, organisation_id)
        except OwnerUnavailable as error:
            raise LogUnavailable(str(error)) from error
        return Page(page.events, page.next, page.end)
