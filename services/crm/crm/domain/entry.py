"""What companies and pipeline records have in common: an owner, fields, notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from recado_events.crm import Edits, FieldEdit
from recado_events.ids import NoteId, OrganisationId, UserId


@dataclass(frozen=True, slots=True)
class Entry:
    organisation_id: OrganisationId | None = None
    """None: there is no such thing."""
    owner_id: UserId | None = None
    values: Mapping[str, str | None] = field(default_factory=lambda: MappingProxyType({}))
    notes: frozenset[NoteId] = frozenset()

    @property
    def exists(self) -> bool:
        return self.organisation_id is not None


def edited(values: Mapping[str, str | None], personal: Edits | None) -> Mapping[str, str | None]:
    """The values after these edits."""
    edits = personal.edits if personal else ()
    told = {edit.field: edit.after if isinstance(edit.after, str) else None for edit in edits}
    return MappingProxyType({**values, **told})


def edits_of(before: Mapping[str, str | None], values: Mapping[str, str | None]) -> tuple[FieldEdit, ...]:
    """Only what changes."""
    return tuple(
        FieldEdit(field=name, before=before.get(name), after=value)
        for name, value in values.items()
        if before.get(name) != value
    )
