"""What may be asked about files: those of customers come from Meta, those of the business go there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from recado_events.ids import CustomerId, MessageId, OrganisationId, PhoneNumberId


@dataclass(frozen=True, slots=True, kw_only=True)
class OnMedia:
    organisation_id: OrganisationId
    phone_number_id: PhoneNumberId
    customer_id: CustomerId | None
    message_id: MessageId
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueMedia(OnMedia):
    media_id: str
    kind: str
    declared_type: str | None
    told_sha256: str | None
    """As the webhook told it, in base64."""
    told_at: datetime
    """Meta keeps it from then on."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """All of it is kept, and its hash is the one that Meta told."""

    key: str
    sha256: str
    size: int
    mime_type: str | None
    flags: tuple[str, ...] = ()
    thumbnail: str | None = None


@dataclass(frozen=True, slots=True)
class NotFetched:
    reason: str
    meta_code: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFetch(OnMedia):
    attempt: int
    outcome: Fetched | NotFetched


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteUpload:
    """Meta has a file of the business, for messages of this number, until `expires_at`."""

    organisation_id: OrganisationId
    phone_number_id: PhoneNumberId
    sha256: str
    mime_type: str
    media_id: str
    now: datetime


MediaCommand = QueueMedia | RecordFetch
