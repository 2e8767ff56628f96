"""A template's history: a line for each event that others can hear, with by whom. Nothing of it ever goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from recado_events.templates import PUBLISHED, OfTemplate

_PLACE = {"organisation_id", "waba_id", "template_id"}


@dataclass(frozen=True, slots=True)
class Line:
    what: str
    at: datetime
    by: UUID | None
    details: dict[str, Any]


def line(event: OfTemplate) -> Line | None:
    """None for what templates keeps for itself."""
    if not isinstance(event, PUBLISHED):
        return None
    by = next((name for name in type(event).model_fields if name.endswith("_by")), None)
    details = event.model_dump(mode="json", exclude={*_PLACE, event.TIME, by or ""}, exclude_none=True)
    return Line(event.TYPE.split(".")[1], event.happened_at, getattr(event, by) if by else None, details)
