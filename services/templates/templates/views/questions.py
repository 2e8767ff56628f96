"""What the screens of templates ask: the port that the PostgreSQL adapter answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from recado_events.ids import OrganisationId, TemplateId

from templates.views.rows import Row


@dataclass(frozen=True, slots=True)
class Filters:
    """None: any. `search` finds parts of names."""

    waba_id: str | None = None
    state: str | None = None
    language: str | None = None
    category: str | None = None
    search: str | None = None


class Questions(Protocol):
    def templates_of(
        self, organisation_id: OrganisationId, filters: Filters, after: tuple[str, str, UUID] | None, limit: int
    ) -> list[Row]:
        """By name and language; those above `after`. Deleted ones only where their state is asked for."""
        ...

    def template(self, organisation_id: OrganisationId, template_id: UUID) -> Row | None: ...

    def history_of(self, template_id: UUID, after: int | None, limit: int) -> list[dict[str, Any]]:
        """Newest first: what, at, by, details and position."""
        ...

    def overdue(self, pending_since: datetime, limit: int) -> list[tuple[OrganisationId, TemplateId]]:
        """Under review since then or longer, and not told to be overdue yet."""
        ...
