"""What crm keeps for itself: people who use it, contacts found to be one person, imports and exports."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime
from recado_events.event import Event, Fact
from recado_events.ids import ProfileId, UserId


class OfStaff(Event):
    STREAM: ClassVar[str] = "staff-{organisation_id}"
    SUBJECT: ClassVar[str] = "{organisation_id}"
    KEY: ClassVar[str] = "{organisation_id}"


class UserNoted(OfStaff):
    TYPE: ClassVar[str] = "crm.user-noted.v1"
    user_id: UserId
    active: bool
    role: str | None = None
    """None where only the token says it."""
    profile_id: ProfileId | None = None
    noted_at: AwareDatetime


class GrantNoted(OfStaff):
    TYPE: ClassVar[str] = "crm.grant-noted.v1"
    profile_id: ProfileId
    level: str | None = None
    """None: nothing any more."""
    scope: str | None = None
    noted_at: AwareDatetime


class OfExports(Event):
    """Apart from the staff, on whose stream every command stands."""

    STREAM: ClassVar[str] = "exports-{organisation_id}"
    SUBJECT: ClassVar[str] = "{organisation_id}"
    KEY: ClassVar[str] = "{organisation_id}"


class ContactsExported(OfExports):
    """Everything that is known of contacts left the house."""

    TYPE: ClassVar[str] = "crm.contacts-exported.v1"
    exported_by: UserId
    exported_at: AwareDatetime


class OfImport(Event):
    STREAM: ClassVar[str] = "import-{import_id}"
    SUBJECT: ClassVar[str] = "{import_id}"
    KEY: ClassVar[str] = "{organisation_id}"

    import_id: UUID


class ContactImportStarted(OfImport):
    TYPE: ClassVar[str] = "crm.contact-import-started.v1"
    columns: tuple[str | None, ...]
    started_by: UserId
    started_at: AwareDatetime


class RejectedRow(Fact):
    row: int
    """From 1, the header not counted."""
    column: str
    rule: str


class ContactImportPartTaken(OfImport):
    """Every row is counted once: it made a contact, changed one, changed nothing, or was rejected."""

    TYPE: ClassVar[str] = "crm.contact-import-part-taken.v1"
    part: int
    rows: int
    created: int
    changed: int
    rejected: tuple[RejectedRow, ...]
    taken_at: AwareDatetime


class ContactImportFinished(OfImport):
    TYPE: ClassVar[str] = "crm.contact-import-finished.v1"
    finished_at: AwareDatetime


PRIVATE: tuple[type[Event], ...] = (
    UserNoted,
    GrantNoted,
    ContactsExported,
    ContactImportStarted,
    ContactImportPartTaken,
    ContactImportFinished,
)
