"""What administrators ask about many contacts at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from recado_events.ids import ContactId

from crm.commands.setup import OnSetup


@dataclass(frozen=True, slots=True, kw_only=True)
class OnImport(OnSetup):
    import_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class StartImport(OnImport):
    columns: tuple[str | None, ...]
    """The field that each column holds; None: it is passed over."""


@dataclass(frozen=True, slots=True)
class ImportRow:
    """A row of the file as contact, or what is wrong with it: a column and a rule. Without either it is blank."""

    contact_id: ContactId | None = None
    number: str | None = None
    values: Mapping[str, str | bool | None] | None = None
    column: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakePart(OnImport):
    """Whole rows, in the order of the file; parts are numbered from 1."""

    part: int
    rows: tuple[ImportRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishImport(OnImport):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportContacts(OnSetup):
    pass
