"""Lists that people keep for later: their filters, under a name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from recado_events.event import Fact
from recado_events.ids import OrganisationId

from conversations.commands.asking import Person


class KeptFilters(Fact):
    """Filters of a list of conversations but for its text, which may be somebody's name."""

    view: str = "all"
    states: tuple[str, ...] = ()
    owners: tuple[UUID, ...] = ()
    unassigned: bool | None = None
    unread: bool | None = None
    channels: tuple[str, ...] = ()
    windows: tuple[str, ...] = ()
    active_from: datetime | None = None
    active_until: datetime | None = None
    opened_from: datetime | None = None
    opened_until: datetime | None = None
    contact_id: UUID | None = None
    company_id: UUID | None = None
    stages: tuple[UUID, ...] = ()
    failed: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveView:
    organisation_id: OrganisationId
    view_id: UUID
    is_new: bool
    name: str
    shared: bool
    filters: KeptFilters
    text: str | None
    by: Person
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveView:
    organisation_id: OrganisationId
    view_id: UUID
    by: Person
    now: datetime
