"""What the screens of crm ask: the port that the PostgreSQL adapter answers. Rows are plain values by column name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

Row = dict[str, Any]
Place = tuple[datetime, UUID]
"""Of a conversation among others: when it began, and its id."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, and whether only at what they own."""

    organisation_id: UUID
    user_id: UUID
    own_only: bool


@dataclass(frozen=True, slots=True)
class Filters:
    """What is None limits nothing."""

    search: str | None = None
    owner_id: UUID | None = None
    contact_id: UUID | None = None
    company_id: UUID | None = None
    pipeline_id: UUID | None = None
    stage_id: UUID | None = None


class Questions(Protocol):
    def contacts_of(self, viewer: Viewer, filters: Filters, after: tuple[str, UUID] | None, limit: int) -> list[Row]:
        """By name. `search` finds parts of names, of numbers (by digits) and of e-mail addresses."""
        ...

    def contact(self, viewer: Viewer, contact_id: UUID) -> Row | None: ...

    def survivor(self, viewer: Viewer, contact_id: UUID) -> Row | None:
        """The contact that it is met as now: itself, unless it is superseded."""
        ...

    def duplicates(
        self, viewer: Viewer, after: tuple[UUID, UUID] | None, limit: int
    ) -> tuple[list[Row], tuple[UUID, UUID] | None]:
        """Pairs that may be one person: `contact_id` and `duplicate_id`, with why (number or email). Each contact with
        the oldest one that it may be. Looks at a bounded number of contacts: then where it stopped."""
        ...

    def duplicates_of(self, viewer: Viewer, contact_id: UUID, after: tuple[UUID, UUID] | None, limit: int) -> list[Row]:
        """All that may be this one, in such pairs."""
        ...

    def notes_of(self, contact_id: UUID, after: UUID | None, limit: int) -> list[Row]:
        """Newest first."""
        ...

    def history_of(self, contact_id: UUID, after: int | None, limit: int) -> list[Row]:
        """Newest first."""
        ...

    def conversations_of(self, contact_id: UUID, after: Place | None, limit: int) -> list[Row]:
        """Newest first."""
        ...


class EntryQuestions(Protocol):
    """About companies and pipeline records; `entry_id` is either's."""

    def companies_of(self, viewer: Viewer, filters: Filters, after: tuple[str, UUID] | None, limit: int) -> list[Row]:
        """By name."""
        ...

    def company(self, viewer: Viewer, company_id: UUID) -> Row | None: ...

    def records_of(self, viewer: Viewer, filters: Filters, after: UUID | None, limit: int) -> list[Row]:
        """Newest first."""
        ...

    def record(self, viewer: Viewer, record_id: UUID) -> Row | None: ...

    def stages_of(self, record_id: UUID) -> list[Row]:
        """Where a pipeline record has been, oldest first."""
        ...

    def notes_of(self, entry_id: UUID, after: UUID | None, limit: int) -> list[Row]:
        """Newest first."""
        ...

    def history_of(self, entry_id: UUID, after: int | None, limit: int) -> list[Row]:
        """Newest first."""
        ...

    def conversations_of(self, viewer: Viewer, filters: Filters, after: Place | None, limit: int) -> list[Row]:
        """Of whoever the contact, else the contacts of the company, are met as now; newest first."""
        ...

    def related_to(self, viewer: Viewer, conversation_id: UUID) -> Row | None:
        """The conversation and the contact it began with. Who may not see whom that is met as now (`survivor`) may not
        see this either."""
        ...

    def rejected_of(self, import_id: UUID, after: int | None, limit: int) -> list[Row]:
        """The rows of an import that could not be taken, in their order."""
        ...
