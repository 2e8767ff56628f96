"""The organisation as billing told of it: its name, and whether its edition may send (rule 37)."""

from __future__ import annotations

from dataclasses import dataclass

from recado_events.billing import WITH_WHATSAPP
from recado_events.event import Event

from conversations.commands import NoteOrganisation
from conversations.domain.noted import OrganisationNoted


@dataclass(frozen=True, slots=True)
class Organisation:
    name: str | None = None
    edition: str | None = None
    """None until it is registered: nobody has said that it may not."""

    @property
    def is_frozen(self) -> bool:
        """Not while nothing was heard of it: what billing tells comes on another topic than the channel and the
        messages, and may come after them; a request would be withdrawn for good then. The gateway, which connects
        nobody whose edition it has not heard, has the last word."""
        return self.edition is not None and self.edition not in WITH_WHATSAPP


def noted(organisation: Organisation, event: OrganisationNoted) -> Organisation:
    return Organisation(event.name or organisation.name, event.edition or organisation.edition)


def note_organisation(command: NoteOrganisation, organisation: Organisation) -> list[Event]:
    event = OrganisationNoted(
        organisation_id=command.organisation_id, name=command.name, edition=command.edition, noted_at=command.now
    )
    return [] if noted(organisation, event) == organisation else [event]
