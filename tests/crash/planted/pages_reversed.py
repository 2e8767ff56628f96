"""A receiver of webhooks is told the last event of a page first."""

from __future__ import annotations

from dataclasses import replace

from gateway.adapters.hooks.logs import AllLogs
from gateway.application.subscription_ports import Page
from recado_events.ids import OrganisationId


def plant() -> None:
    page = AllLogs.page

    async def reversed_page(
        self: AllLogs, source: str, after: int, organisation_id: OrganisationId | None = None
    ) -> Page:
        told = await page(self, source, after, organisation_id)
        return replace(told, events=told.events[::-1])

    AllLogs.page = reversed_page  # type: ignore[method-assign]
