"""What the screens of billing ask: the port that the PostgreSQL adapter answers. Rows are plain values by column."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol
from uuid import UUID

Row = dict[str, Any]


class Questions(Protocol):
    def organisation(self, organisation_id: UUID) -> Row | None: ...

    def wallet(self, organisation_id: UUID) -> Row | None: ...

    def conversations(self, organisation_id: UUID, months: list[str]) -> list[Row]:
        """Free conversations used, by WABA and month."""
        ...

    def statement(self, organisation_id: UUID, month: str | None, after: int | None, limit: int) -> list[Row]:
        """Newest first. `month` is YYYY-MM in UTC."""
        ...

    def statement_lines(self, organisation_id: UUID, month: str | None) -> Iterator[Row]:
        """All of it, oldest first."""
        ...

    def cost(self, organisation_id: UUID, message_id: UUID) -> Row | None: ...

    def purchase(self, organisation_id: UUID, purchase_id: UUID) -> Row | None: ...

    def purchases(self, organisation_id: UUID, after: UUID | None, limit: int) -> list[Row]:
        """Newest first."""
        ...
