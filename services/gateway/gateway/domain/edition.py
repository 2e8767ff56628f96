"""Editions, as billing told of them: only some include WhatsApp (rule 37, S1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from recado_events.billing import WITH_WHATSAPP
from recado_events.event import Event
from recado_events.ids import OrganisationId

from gateway.domain.private import EditionNoted


def edition_stream(organisation_id: OrganisationId) -> str:
    return f"edition-{organisation_id}"


@dataclass(frozen=True, slots=True)
class Edition:
    name: str | None = None
    """None: the organisation was not registered, or nothing was heard of it."""

    @property
    def includes_whatsapp(self) -> bool:
        return self.name in WITH_WHATSAPP


def evolve(edition: Edition, event: Event) -> Edition:
    return Edition(event.edition) if isinstance(event, EditionNoted) else edition


def note_edition(organisation_id: OrganisationId, name: str, now: datetime, edition: Edition) -> list[Event]:
    if edition.name == name:
        return []
    return [EditionNoted(organisation_id=organisation_id, edition=name, noted_at=now)]
