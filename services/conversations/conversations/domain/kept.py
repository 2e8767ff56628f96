"""What people keep for later: lists with their filters. Facts that conversations keeps for itself."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime
from recado_events.event import Event, Personal
from recado_events.ids import UserId

from conversations.commands import KeptFilters


class OfViews(Event):
    STREAM: ClassVar[str] = "views-{organisation_id}"
    SUBJECT: ClassVar[str] = "{user_id}"
    KEY: ClassVar[str] = "{organisation_id}"

    view_id: UUID
    user_id: UserId
    """Whose it is: who saved it first."""


class ViewWords(Personal):
    """What its owner typed."""

    name: str
    text: str | None = None


class ViewSaved(OfViews):
    TYPE: ClassVar[str] = "conversations.view-saved.v1"
    shared: bool
    filters: KeptFilters
    saved_by: UserId
    saved_at: AwareDatetime
    personal: ViewWords | None


class ViewRemoved(OfViews):
    TYPE: ClassVar[str] = "conversations.view-removed.v1"
    removed_by: UserId
    removed_at: AwareDatetime


KEPT: tuple[type[Event], ...] = (ViewSaved, ViewRemoved)
