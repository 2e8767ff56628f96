"""An import of contacts: parts of a file, one after the other, every row counted once and every bad one named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from recado_events.event import Event
from recado_events.ids import OrganisationId, UserId

from crm.commands import ExportContacts, FinishImport, OnImport, StartImport, TakePart
from crm.domain.custom_fields import PREFIX
from crm.domain.private import (
    ContactExportRefused,
    ContactImportFinished,
    ContactImportPartTaken,
    ContactImportStarted,
    ContactsExported,
    RejectedRow,
)
from crm.domain.refusals import ImportFinished, ImportPartOutOfOrder, UnknownFieldValue, UnknownImport
from crm.domain.setup import Setup
from crm.domain.staff import ADMINISTRATOR, Staff


@dataclass(frozen=True, slots=True)
class Import:
    organisation_id: OrganisationId | None = None
    """None: there is no such import."""
    columns: tuple[str | None, ...] = ()
    parts: int = 0
    rows: int = 0
    created: int = 0
    changed: int = 0
    rejected: int = 0
    finished: bool = False

    @property
    def unchanged(self) -> int:
        return self.rows - self.created - self.changed - self.rejected


NO_IMPORT = Import()
REFUSED_ANEW = timedelta(minutes=1)
"""Refusals that follow faster are of the same attempt, or meant to fill the log."""


@dataclass(frozen=True, slots=True)
class Exports:
    refused: Mapping[UserId, datetime] = field(default_factory=lambda: MappingProxyType({}))
    """When somebody was told last that they may not."""


def evolve_exports(exports: Exports, event: Event) -> Exports:
    match event:
        case ContactExportRefused():
            return Exports(MappingProxyType({**exports.refused, event.asked_by: event.refused_at}))
    return exports


def evolve(known: Import, event: Event) -> Import:
    match event:
        case ContactImportStarted():
            return Import(event.organisation_id, event.columns)
        case ContactImportPartTaken():
            return replace(
                known,
                parts=event.part,
                rows=known.rows + event.rows,
                created=known.created + event.created,
                changed=known.changed + event.changed,
                rejected=known.rejected + len(event.rejected),
            )
        case ContactImportFinished():
            return replace(known, finished=True)
    return known


def start_import(command: StartImport, known: Import, setup: Setup, staff: Staff) -> list[Event]:
    staff.check_may_set_up(command.by)
    if known.organisation_id is not None:
        return []
    for column in command.columns:
        if column is not None and column.startswith(PREFIX):
            custom = setup.fields.get(column)
            if custom is None or custom.retired:
                raise UnknownFieldValue(field=column)
    return [
        ContactImportStarted(
            organisation_id=command.organisation_id,
            import_id=command.import_id,
            columns=command.columns,
            started_by=command.by.user_id,
            started_at=command.now,
        )
    ]


def is_next(command: TakePart, known: Import, staff: Staff) -> bool:
    """False: this part was taken already. Raises for one that comes too early, and where there is no such import."""
    _check(command, known, staff)
    if command.part <= known.parts:
        return False
    if known.finished:
        raise ImportFinished
    if command.part > known.parts + 1:
        raise ImportPartOutOfOrder(next=known.parts + 1)
    return True


def take_part(command: TakePart, created: int, changed: int, rejected: tuple[RejectedRow, ...]) -> list[Event]:
    return [
        ContactImportPartTaken(
            organisation_id=command.organisation_id,
            import_id=command.import_id,
            part=command.part,
            rows=len(command.rows),
            created=created,
            changed=changed,
            rejected=rejected,
            taken_at=command.now,
        )
    ]


def finish_import(command: FinishImport, known: Import, staff: Staff) -> list[Event]:
    _check(command, known, staff)
    if known.finished:
        return []
    return [
        ContactImportFinished(
            organisation_id=command.organisation_id, import_id=command.import_id, finished_at=command.now
        )
    ]


def _check(command: OnImport, known: Import, staff: Staff) -> None:
    staff.check_may_set_up(command.by)
    if known.organisation_id != command.organisation_id:
        raise UnknownImport


def export_contacts(command: ExportContacts, staff: Staff, exports: Exports) -> list[Event]:
    """For administrators alone; whoever else asks is remembered."""
    org, by = command.organisation_id, command.by.user_id
    if command.by.role == ADMINISTRATOR and staff.grant_of(command.by) is not None:
        return [ContactsExported(organisation_id=org, exported_by=by, exported_at=command.now)]
    last = exports.refused.get(by)
    if last is not None and command.now < last + REFUSED_ANEW:
        return []
    return [ContactExportRefused(organisation_id=org, asked_by=by, refused_at=command.now)]
