"""What the screens of crm ask: the port that the PostgreSQL adapter answers. Rows are plain values by column name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, and whether only at what they own."""

    organisation_id: UUID
    user_id: UUID
    own_only: bool


class Questions(Protocol):
    def contacts_of(
        self, viewer: Viewer, search: str | None, owner_id: UUID | None, after: tuple[str, UUID] | None, limit: int
    ) -> list[Row]:
        """By name. `search` finds parts of names, of numbers (by digits) and of e-mail addresses."""
        ...

    def contact(self, viewer: Viewer, contact_id: UUID) -> Row | None: ...

    def notes_of(self, contact_id: UUID, after: UUID | None, limit: int) -> list[Row]:
        """Newest first."""
        ...

    def history_of(self, contact_id: UUID, after: int | None, limit: int) -> list[Row]:
        """Newest first."""
        ...

    def conversations_of(self, contact_id: UUID) -> list[Row]:
        """Newest first."""
        ...
